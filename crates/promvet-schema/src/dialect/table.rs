//! The form of the tables of dialects.

/// What a mapping of a dialect may hold.
#[derive(Debug)]
pub struct MappingShape {
    /// Its keys, by name.
    pub keys: &'static [Key],
    /// Whether there are others that promvet does not know.
    pub open: bool,
    /// Whether empty values, `false` and 0 among them, count as absent, as in `if` of a template.
    /// As `if` and `with` of text/template/exec.go see them (`template.IsTrue`).
    pub lax: bool,
}

/// A mapping that is not judged: for parts that are native as they are.
pub static ANY: MappingShape = MappingShape {
    keys: &[],
    open: true,
    lax: false,
};

/// A key of a dialect.
#[derive(Debug)]
pub struct Key {
    /// As it is written in the dialect.
    pub name: &'static str,
    /// What its value is.
    pub ty: DialectType,
    /// Whether it has to be there.
    pub required: bool,
    /// The key of `prometheus.yml` that it becomes, relative to what its mapping becomes; none
    /// where it has no counterpart.
    pub native: Option<&'static str>,
}

/// What a value is.
#[derive(Debug)]
pub enum DialectType {
    /// Anything: not judged.
    Any,
    /// The same value as `prometheus.yml` has under the native key.
    Native,
    /// A text.
    Text,
    /// A text that is a duration.
    Duration,
    /// The same, where an empty text counts as absent.
    OptionalDuration,
    /// A text that is a size in bytes.
    Size,
    /// A text that is the URL of a proxy.
    ProxyUrl,
    /// A text that is a URL with `http` or `https`.
    HttpUrl,
    /// A number.
    Number,
    /// A number, or a text that is one, with a suffix such as `m` perhaps
    /// (apimachinery `pkg/api/resource/quantity.go`).
    Quantity,
    /// A name or a number, such as a port.
    NameOrNumber,
    /// `true` or `false`.
    Bool,
    /// A key of a Secret: `{name, key}`.
    Key,
    /// A key of a Secret or a ConfigMap: `{secret: {name, key}}`.
    KeyOf,
    /// Headers, among them a credential perhaps; Prometheus has other keys for that one.
    Headers,
    /// `{authenticator: NAME}`: an extension of the OpenTelemetry Collector that adds a credential.
    Authenticator,
    /// Groups of rules in a PrometheusRule.
    Groups,
    /// One of these words.
    Enum(&'static [&'static str]),
    /// One of these words, which Prometheus wants in lower case.
    Lower(&'static [&'static str]),
    /// A list.
    List(&'static Self),
    /// A list in which nothing may be twice.
    Set(&'static Self),
    /// Keys that the user chooses, and values.
    Map(&'static Self),
    /// A mapping whose keys are known.
    Object(&'static MappingShape),
}

impl MappingShape {
    /// A key by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// What a kind of objects is to Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectRole {
    /// The sections of a configuration.
    Whole,
    /// One job.
    Job,
    /// One endpoint of `remote_write`.
    Endpoint,
    /// One endpoint of `remote_write` in native words.
    NativeEndpoint,
    /// A list of jobs.
    Jobs,
    /// Jobs by their names.
    NamedJobs,
    /// The groups of a rule file.
    Rules,
}

/// A kind of Kubernetes objects that promvet reads.
#[derive(Debug)]
pub struct ObjectKind {
    /// What its `apiVersion` begins with.
    pub group: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// What `spec` may hold.
    pub shape: &'static MappingShape,
    /// What it becomes.
    pub part: ObjectRole,
}
