//! The words of PromQL.

use super::dialect::Release;

/// A piece of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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
    Aggregate(Aggregate),
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
pub(super) enum Aggregate {
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

impl Kind {
    /// Whether the word can name a metric where an expression begins.
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
    pub(super) fn names_a_label(self) -> bool {
        match self {
            Self::Operator(operator) => operator.is_set() || operator == Operator::Atan2,
            Self::Word(word) => word != Word::Without,
            kind => kind.names_a_metric(),
        }
    }
}

const AT_FIRST: Release = (2, 0);

/// The reserved words, and the release since which they are.
const WORDS: &[(&str, Kind, Release)] = &[
    ("and", Kind::Operator(Operator::And), AT_FIRST),
    ("or", Kind::Operator(Operator::Or), AT_FIRST),
    ("unless", Kind::Operator(Operator::Unless), AT_FIRST),
    ("atan2", Kind::Operator(Operator::Atan2), (2, 31)),
    ("sum", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("avg", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("count", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("min", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("max", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("group", Kind::Aggregate(Aggregate::Plain), (2, 20)),
    ("stddev", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("stdvar", Kind::Aggregate(Aggregate::Plain), AT_FIRST),
    ("topk", Kind::Aggregate(Aggregate::WithNumber), AT_FIRST),
    ("bottomk", Kind::Aggregate(Aggregate::WithNumber), AT_FIRST),
    (
        "count_values",
        Kind::Aggregate(Aggregate::WithText),
        AT_FIRST,
    ),
    ("quantile", Kind::Aggregate(Aggregate::WithNumber), AT_FIRST),
    ("limitk", Kind::Aggregate(Aggregate::Limit), (2, 54)),
    ("limit_ratio", Kind::Aggregate(Aggregate::Limit), (2, 54)),
    ("offset", Kind::Word(Word::Offset), AT_FIRST),
    ("smoothed", Kind::Word(Word::Smoothed), (3, 7)),
    ("anchored", Kind::Word(Word::Anchored), (3, 7)),
    ("by", Kind::Word(Word::By), AT_FIRST),
    ("without", Kind::Word(Word::Without), AT_FIRST),
    ("on", Kind::Word(Word::On), AT_FIRST),
    ("ignoring", Kind::Word(Word::Ignoring), AT_FIRST),
    ("group_left", Kind::Word(Word::GroupLeft), AT_FIRST),
    ("group_right", Kind::Word(Word::GroupRight), AT_FIRST),
    ("fill", Kind::Word(Word::Fill), (3, 10)),
    ("fill_left", Kind::Word(Word::FillLeft), (3, 10)),
    ("fill_right", Kind::Word(Word::FillRight), (3, 10)),
    ("bool", Kind::Word(Word::Bool), AT_FIRST),
    ("start", Kind::Word(Word::Start), (2, 25)),
    ("end", Kind::Word(Word::End), (2, 25)),
    ("step", Kind::Word(Word::Step), (3, 6)),
    ("range", Kind::Word(Word::Range), (3, 10)),
    ("max_of", Kind::Word(Word::MaxOf), (3, 13)),
    ("min_of", Kind::Word(Word::MinOf), (3, 13)),
    ("inf", Kind::Number, AT_FIRST),
    ("nan", Kind::Number, AT_FIRST),
];

/// What a word without quotes is in a release, in any case of its letters.
pub(super) fn kind_of(word: &str, release: Release) -> Kind {
    let reserved = WORDS
        .iter()
        .find(|(name, _, since)| release >= *since && name.eq_ignore_ascii_case(word));
    match reserved {
        Some(&(_, kind, _)) => kind,
        None if word.contains(':') => Kind::MetricName,
        None => Kind::Name,
    }
}
