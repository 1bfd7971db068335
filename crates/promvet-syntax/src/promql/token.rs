//! The words of PromQL.

use super::dialect::MajorMinor;

/// A piece of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    End,
    Comma,
    Colon,
    ParenOpen,
    ParenClose,
    BraceOpen,
    BraceClose,
    BracketOpen,
    BracketClose,
    At,
    /// `=`, which only label matchers have.
    Equal,
    MatchRegex,
    MatchNotRegex,
    Number,
    Duration,
    Text,
    /// A word without a colon.
    Name,
    /// A word with a colon, which only metrics have.
    MetricName,
    Operator(Operator),
    Aggregate(AggregateParameter),
    Word(Word),
}

/// What is between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Unless,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    TrimUpper,
    TrimLower,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Atan2,
    Power,
}

impl Operator {
    /// How tightly it binds, from 1.
    /// From the `%left` lines of generated_parser.y.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And | Self::Unless => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual
            | Self::TrimUpper
            | Self::TrimLower => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide | Self::Modulo | Self::Atan2 => 5,
            Self::Power => POWER,
        }
    }

    pub(super) fn is_comparison(self) -> bool {
        self.precedence() == 3 && !matches!(self, Self::TrimUpper | Self::TrimLower)
    }

    pub(super) fn is_set(self) -> bool {
        self.precedence() < 3
    }

    pub(super) fn is_sign(self) -> bool {
        matches!(self, Self::Add | Self::Subtract)
    }
}

/// The precedence of `^`, which is the only operator that binds to the right.
pub(super) const POWER: u8 = 6;

/// What an aggregation takes before the vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AggregateParameter {
    Plain,
    WithNumber,
    WithText,
    /// `limitk` and `limit_ratio`, which are experimental.
    Limit,
}

/// Words that are neither operators nor aggregations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Bool,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Offset,
    Anchored,
    Smoothed,
    Start,
    End,
    Step,
    Range,
    MaxOf,
    MinOf,
}

impl TokenKind {
    /// Whether the word can name a metric where an expression begins.
    /// From `metric_identifier` of generated_parser.y.
    pub(super) fn names_a_metric(self) -> bool {
        match self {
            Self::Name | Self::MetricName | Self::Aggregate(_) => true,
            Self::Operator(operator) => operator.is_set(),
            Self::Word(word) => !matches!(
                word,
                Word::Bool | Word::On | Word::Ignoring | Word::GroupLeft | Word::GroupRight
            ),
            _ => false,
        }
    }

    /// Whether the word can name a label between the parentheses of `by` and the like.
    /// From `maybe_label` of generated_parser.y, which lists every keyword but `without`.
    pub(super) fn names_a_label(self) -> bool {
        match self {
            Self::Operator(operator) => operator.is_set() || operator == Operator::Atan2,
            Self::Word(word) => word != Word::Without,
            kind => kind.names_a_metric(),
        }
    }
}

const AT_FIRST: MajorMinor = (2, 0);

/// The reserved words, and the release since which they are.
/// From the map `key` of promql/parser/lex.go, with the releases that added each word.
const WORDS: &[(&str, TokenKind, MajorMinor)] = &[
    ("and", TokenKind::Operator(Operator::And), AT_FIRST),
    ("or", TokenKind::Operator(Operator::Or), AT_FIRST),
    ("unless", TokenKind::Operator(Operator::Unless), AT_FIRST),
    ("atan2", TokenKind::Operator(Operator::Atan2), (2, 31)),
    (
        "sum",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "avg",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "count",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "min",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "max",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "group",
        TokenKind::Aggregate(AggregateParameter::Plain),
        (2, 20),
    ),
    (
        "stddev",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "stdvar",
        TokenKind::Aggregate(AggregateParameter::Plain),
        AT_FIRST,
    ),
    (
        "topk",
        TokenKind::Aggregate(AggregateParameter::WithNumber),
        AT_FIRST,
    ),
    (
        "bottomk",
        TokenKind::Aggregate(AggregateParameter::WithNumber),
        AT_FIRST,
    ),
    (
        "count_values",
        TokenKind::Aggregate(AggregateParameter::WithText),
        AT_FIRST,
    ),
    (
        "quantile",
        TokenKind::Aggregate(AggregateParameter::WithNumber),
        AT_FIRST,
    ),
    (
        "limitk",
        TokenKind::Aggregate(AggregateParameter::Limit),
        (2, 54),
    ),
    (
        "limit_ratio",
        TokenKind::Aggregate(AggregateParameter::Limit),
        (2, 54),
    ),
    ("offset", TokenKind::Word(Word::Offset), AT_FIRST),
    ("smoothed", TokenKind::Word(Word::Smoothed), (3, 7)),
    ("anchored", TokenKind::Word(Word::Anchored), (3, 7)),
    ("by", TokenKind::Word(Word::By), AT_FIRST),
    ("without", TokenKind::Word(Word::Without), AT_FIRST),
    ("on", TokenKind::Word(Word::On), AT_FIRST),
    ("ignoring", TokenKind::Word(Word::Ignoring), AT_FIRST),
    ("group_left", TokenKind::Word(Word::GroupLeft), AT_FIRST),
    ("group_right", TokenKind::Word(Word::GroupRight), AT_FIRST),
    ("fill", TokenKind::Word(Word::Fill), (3, 10)),
    ("fill_left", TokenKind::Word(Word::FillLeft), (3, 10)),
    ("fill_right", TokenKind::Word(Word::FillRight), (3, 10)),
    ("bool", TokenKind::Word(Word::Bool), AT_FIRST),
    ("start", TokenKind::Word(Word::Start), (2, 25)),
    ("end", TokenKind::Word(Word::End), (2, 25)),
    ("step", TokenKind::Word(Word::Step), (3, 6)),
    ("range", TokenKind::Word(Word::Range), (3, 10)),
    ("max_of", TokenKind::Word(Word::MaxOf), (3, 13)),
    ("min_of", TokenKind::Word(Word::MinOf), (3, 13)),
    ("inf", TokenKind::Number, AT_FIRST),
    ("nan", TokenKind::Number, AT_FIRST),
];

/// What a word without quotes is in a release, in any case of its letters.
/// `parser.lexKeywordOrIdentifier` lowers the word first, so that `SUM` is an aggregation.
pub(super) fn kind_of(word: &str, release: MajorMinor) -> TokenKind {
    let reserved = WORDS
        .iter()
        .find(|(name, _, since)| release >= *since && name.eq_ignore_ascii_case(word));
    match reserved {
        Some(&(_, kind, _)) => kind,
        None if word.contains(':') => TokenKind::MetricName,
        None => TokenKind::Name,
    }
}
