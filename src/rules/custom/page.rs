//! A page → a rule.

use std::sync::Arc;

use cel::common::ast::IdedExpr;

use super::facts::{Fact, FactUse};
use super::message::{self, MessageTemplate};
use super::nodes::RuleNodeKind;
use super::syntax::{self, ExpressionSource, ExpressionSpot};
use super::{budget, check};
use crate::finding::{Advice, KeyPath, Place, Severity, Text, nearest};
use crate::policy::{self, Mistakes, PolicyError, PolicyKey, ValueForm};
use crate::schema::table::Type;
use crate::yaml::{Document, Node, parse_first};

/// A custom rule.
#[derive(Debug)]
pub struct CustomRule {
    /// The name: the path of its page, such as `acme/no-inline-secrets`.
    pub name: String,
    /// The title of its page.
    pub title: String,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it looks at.
    pub node: RuleNodeKind,
    /// What becomes of nodes about which too little is known.
    pub unknown: Unknown,
    /// Where the page says that no comment in a file silences it, if it does.
    pub no_ignore: Option<Place>,
    /// Its page.
    pub text: Arc<Text>,
    /// Where its condition is.
    pub place: Place,
    /// The condition, paying for what it does.
    pub(super) when: IdedExpr,
    /// What the condition and the messages take from the facts.
    pub(super) uses: Vec<FactUse>,
    pub(super) message: MessageTemplate,
    pub(super) help: Option<MessageTemplate>,
    /// The keys that lead to what is pointed at.
    pub(super) at: Vec<String>,
    /// Whether the credential is pointed at for which the condition holds.
    pub(super) at_credential: bool,
}

/// What becomes of a node about which too little is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// It is listed among what could not be checked.
    #[default]
    Note,
    /// It is a warning.
    Warning,
    /// Nothing is reported.
    Skip,
}

const UNKNOWN: &[(&str, Unknown)] = &[
    ("note", Unknown::Note),
    ("warning", Unknown::Warning),
    ("skip", Unknown::Skip),
];

const KEYS: &[PolicyKey] = &[
    PolicyKey::new("severity", "The severity of its findings.", ValueForm::Text),
    PolicyKey::new("node", "The kind of node that it checks.", ValueForm::Text),
    PolicyKey::new("when", "The condition, in CEL.", ValueForm::Text),
    PolicyKey::new("message", "The message.", ValueForm::Text),
    PolicyKey::new("help", "The help line.", ValueForm::Text),
    PolicyKey::new(
        "at",
        "The keys to the node that is reported.",
        ValueForm::Text,
    ),
    PolicyKey::new(
        "unknown",
        "What to do if a fact is not known.",
        ValueForm::Text,
    ),
    PolicyKey::new("no_ignore", "Comments cannot silence it.", ValueForm::Bool),
];

const SEVERITIES: &[(&str, Severity)] = &[
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
];

impl CustomRule {
    /// The group, such as `acme`.
    #[must_use]
    pub fn group(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// Whether it names a fact.
    pub(super) fn names(&self, fact: Fact) -> bool {
        self.uses.iter().any(|(one, _)| *one == fact)
    }

    /// The page without its front matter.
    #[must_use]
    pub fn body(&self) -> &str {
        let content = self.text.content();
        split(content)
            .map_or(content, |(_, body)| body)
            .trim_start()
    }

    /// The same rule with another condition.
    pub(super) fn with(&self, when: IdedExpr) -> Option<Self> {
        let again = read(self.name.clone(), &self.text).ok()?;
        Some(Self {
            when: budget::paying(when),
            ..again
        })
    }
}

/// The front matter of a page and the bytes before it, and what follows it.
fn split(page: &str) -> Option<((usize, &str), &str)> {
    let mut lines = page.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let start = first.len();
    let mut end = start;
    for line in lines {
        if line.trim_end() == "---" {
            let front = page.get(start..end)?;
            return Some(((start, front), page.get(end + line.len()..)?));
        }
        end += line.len();
    }
    None
}

/// The front matter of a page as a document, and the title of the page.
pub(super) fn front(page: &Arc<Text>) -> Result<(Document, String), PolicyError> {
    let refuse = |message: &str| PolicyError::at_start(page, message.to_owned());
    let Some(((start, front), body)) = split(page.content()) else {
        return Err(refuse(
            "a rule page begins with front matter: keys between two lines of `---`",
        ));
    };
    page.recognize();
    let mut fenced = false;
    let title = body.lines().find_map(|line| {
        fenced ^= line.starts_with("```");
        line.strip_prefix("# ").filter(|_| !fenced)
    });
    let Some(title) = title else {
        return Err(refuse(
            "a rule page needs a title: a line that begins with `# `",
        ));
    };
    let text = Text::embedded(page, front.to_owned(), &[(0, start)], KeyPath::default());
    match parse_first(&text) {
        Ok(document) => Ok((document, title.trim().to_owned())),
        Err(error) => Err(PolicyError {
            message: format!("the front matter is not YAML: {}", error.problem),
            place: Place::new(&text, error.span),
            advice: None,
        }),
    }
}

/// Reads a page.
///
/// # Errors
/// Everything that is wrong with its front matter.
pub(super) fn read(name: String, page: &Arc<Text>) -> Result<CustomRule, Vec<PolicyError>> {
    let (document, title) = front(page).map_err(|wrong| vec![wrong])?;
    let Some(root) = document.root() else {
        let message = "the front matter is empty".to_owned();
        return Err(vec![PolicyError::at_start(page, message)]);
    };
    let mut wrong = Mistakes {
        list: Vec::new(),
        folder: String::new(),
    };
    let mut fields = FrontMatter::read(root, &mut wrong);
    let rule = fields.rule(name, title, page, &mut wrong);
    match rule {
        Some(rule) if wrong.list.is_empty() => Ok(rule),
        _ => Err(wrong.list),
    }
}

/// The condition of a page as it is written.
pub(super) fn condition(document: &Document) -> Option<ExpressionSource<'_>> {
    let node = document.root()?.get("when")?;
    read_condition(node).ok()
}

fn read_condition(node: Node<'_>) -> Result<ExpressionSource<'_>, PolicyError> {
    let text = node.as_str().unwrap_or("");
    syntax::read(text, ExpressionSpot { node, from: 0 }, "the condition")
}

/// The front matter, key by key.
struct FrontMatter<'d> {
    root: Node<'d>,
    all: policy::PolicyFields<'d>,
}

impl<'d> FrontMatter<'d> {
    fn read(root: Node<'d>, wrong: &mut Mistakes) -> Self {
        let all = wrong.fields(root, "the front matter of a rule", KEYS);
        Self {
            root,
            all: all.unwrap_or_default(),
        }
    }

    fn get(&self, key: &str) -> Option<Node<'d>> {
        self.all.get(key)
    }

    /// A key that every page has.
    fn need(&self, key: &str, wrong: &mut Mistakes) -> Option<Node<'d>> {
        let found = self.get(key);
        if found.is_none() {
            let first = self
                .root
                .mapping()
                .and_then(|mapping| mapping.written().next());
            let at = first.map_or(self.root, |entry| entry.key);
            wrong.add(
                at,
                format!("the front matter of a rule needs `{key}`"),
                None,
            );
        }
        found
    }

    fn rule(
        &mut self,
        name: String,
        title: String,
        page: &Arc<Text>,
        wrong: &mut Mistakes,
    ) -> Option<CustomRule> {
        let kinds =
            RuleNodeKind::words().filter_map(|word| Some((word, RuleNodeKind::from_word(word)?)));
        let kinds: Vec<_> = kinds.collect();
        let severity = self.need("severity", wrong);
        let severity = severity.and_then(|node| wrong.word(node, "severity", SEVERITIES));
        let node = self.need("node", wrong);
        let node = node.and_then(|node| wrong.word(node, "kind of node", &kinds));
        let unknown = match self.get("unknown") {
            Some(node) => wrong.word(node, "value of `unknown`", UNKNOWN)?,
            None => Unknown::default(),
        };
        let no_ignore = self.get("no_ignore");
        let no_ignore = no_ignore.filter(|node| wrong.truth(*node, "`no_ignore`") == Some(true));
        let when = self.need("when", wrong);
        let message = self.need("message", wrong);
        let (node, when, message) = (node?, when?, message?);
        wrong.text(when, "`when`")?;
        wrong.text(message, "`message`")?;
        let (expr, mut uses) = condition_of(when, node, wrong)?;
        let message = template(message, node, &mut uses, wrong);
        let help = self.get("help");
        let help = match help {
            Some(help) => Some(template(help, node, &mut uses, wrong)?),
            None => None,
        };
        let at = self.get("at");
        let has_credentials = Fact::Credentials.is_of(node);
        let is_credential =
            |at: &Node<'_>| has_credentials && at.as_str() == Some(Fact::Credentials.name());
        let at_credential = at.as_ref().is_some_and(is_credential);
        let at = at.filter(|at| !is_credential(at));
        let at = at.map(|at| path(at, node, wrong));
        Some(CustomRule {
            name,
            title,
            severity: severity?,
            node,
            unknown,
            no_ignore: no_ignore.map(Node::place),
            text: Arc::clone(page),
            place: when.place(),
            when: expr,
            uses,
            message: message?,
            help,
            at: at.unwrap_or_default(),
            at_credential,
        })
    }
}

/// The condition of a rule, checked, and the facts that it names.
fn condition_of(
    when: Node<'_>,
    kind: RuleNodeKind,
    wrong: &mut Mistakes,
) -> Option<(IdedExpr, Vec<FactUse>)> {
    let source = match read_condition(when) {
        Ok(source) => source,
        Err(mistake) => {
            wrong.list.push(mistake);
            return None;
        }
    };
    let checked = check::check(&source, kind);
    wrong.list.extend(checked.mistakes);
    wrong.list.extend(check::check_boolean(&source));
    Some((budget::paying(source.expr), checked.uses))
}

fn template(
    node: Node<'_>,
    kind: RuleNodeKind,
    uses: &mut Vec<FactUse>,
    wrong: &mut Mistakes,
) -> Option<MessageTemplate> {
    match message::read(node, kind) {
        Ok(template) => {
            uses.extend(template.uses.iter().cloned());
            Some(template)
        }
        Err(mistakes) => {
            wrong.list.extend(mistakes);
            None
        }
    }
}

/// The keys of a path to a child, all known to the schema.
fn path(node: Node<'_>, kind: RuleNodeKind, wrong: &mut Mistakes) -> Vec<String> {
    let Some(text) = wrong.text(node, "`at`") else {
        return Vec::new();
    };
    let mut section = kind.section();
    for key in text.split('.') {
        let Some(of) = section else { break };
        let Some(found) = of.find(key) else {
            let all = of.all();
            let near = nearest(key, all.iter().map(|found| found.field.key));
            let help = near.map(|near| Advice::write(format!("write `{near}`")));
            wrong.add(node, format!("unknown key `{}`", syntax::cut(key)), help);
            break;
        };
        section = match found.field.ty {
            Type::Section(of) => Some(of),
            _ => None,
        };
    }
    text.split('.').map(str::to_owned).collect()
}
