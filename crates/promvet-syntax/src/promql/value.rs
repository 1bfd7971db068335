//! What a part of an expression is worth.

/// The types of PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueType {
    Scalar,
    Vector,
    Matrix,
    Text,
    /// Of what an unknown function returns: never at fault itself.
    Unknown,
}

impl ValueType {
    /// A noun with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Scalar => "a number",
            Self::Vector => "an instant vector",
            Self::Matrix => "a range vector",
            Self::Text => "a text",
            Self::Unknown => "something unknown",
        }
    }

    /// An unknown type passes, so that an unknown function is reported once and not for each
    /// expression around it.
    pub(super) fn is(self, wanted: Self) -> bool {
        self == wanted || self == Self::Unknown
    }

    /// Whether it can be on a side of an operator.
    pub(super) fn is_operand(self) -> bool {
        !matches!(self, Self::Matrix | Self::Text)
    }

    /// What to do about a value of this type where another is wanted.
    pub(super) fn remedy(self, wanted: Self) -> Option<&'static str> {
        match (self, wanted) {
            (Self::Vector, Self::Matrix) => Some("add a range to the selector, such as `[5m]`"),
            (Self::Matrix, Self::Vector) => {
                Some("remove the range, or use a function such as `rate(…)` or `avg_over_time(…)`")
            }
            (Self::Vector, Self::Scalar) => {
                Some("convert a vector of one element to a number with `scalar(…)`")
            }
            (Self::Scalar, Self::Vector) => Some("convert a number to a vector with `vector(…)`"),
            (_, Self::Text) => Some("write a quoted string"),
            (Self::Text, _) => Some("write an expression in place of the text"),
            (Self::Matrix, Self::Scalar) => {
                Some("write a number, or convert a vector of one element with `scalar(…)`")
            }
            (Self::Scalar, Self::Matrix) => Some("write a selector with a range, such as `[5m]`"),
            _ => None,
        }
    }
}

/// What may follow a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// A selector, until a range follows.
    Selector,
    /// A selector with a range.
    Range,
    /// A range of something that is not a selector, which is at fault already.
    BrokenRange,
    Subquery,
    Other,
}

/// A part of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpressionPart {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) ty: ValueType,
    pub(super) shape: Follows,
    /// Whether an offset follows it.
    pub(super) offset: bool,
    /// Whether an `@` follows it.
    pub(super) at: bool,
    /// Whether `anchored` or `smoothed` follows it.
    pub(super) extended: bool,
    /// Whether a metric's name precedes its braces.
    pub(super) named: bool,
}

impl ExpressionPart {
    pub(super) fn new(from: usize, to: usize, ty: ValueType) -> Self {
        Self {
            from,
            to,
            ty,
            shape: Follows::Other,
            offset: false,
            at: false,
            extended: false,
            named: false,
        }
    }
}
