//! Paths that are served.

/// A path that is served.
#[derive(Clone, Debug)]
pub(super) enum Path {
    Exact(String),
    /// The path and what is below it.
    Prefix(String),
    /// Whatever begins so, in the middle of a segment too: a `location` of nginx.
    Begins(String),
    /// It is unknown.
    Open,
}

impl Path {
    pub(super) fn serves(&self, path: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Exact(own) => own == path,
            Self::Begins(own) => path.starts_with(own.as_str()),
            Self::Prefix(own) => {
                let own = own.trim_end_matches('/');
                let rest = path.strip_prefix(own);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }

    /// How long it is: the longest one takes a request. One that is unknown may be the longest.
    pub(super) fn specificity(&self) -> usize {
        match self {
            Self::Open => usize::MAX,
            Self::Exact(own) | Self::Prefix(own) | Self::Begins(own) => own.len(),
        }
    }

    pub(super) fn written(&self) -> Option<String> {
        match self {
            Self::Open => None,
            Self::Exact(path) | Self::Prefix(path) | Self::Begins(path) => Some(path.clone()),
        }
    }
}
