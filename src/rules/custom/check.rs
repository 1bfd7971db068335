//! What can be said of an expression before it is run: names that do not exist, keys that a node
//! does not have, functions with the wrong arguments.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};

use super::budget;
use super::facts::{self, Fact, FactUse};
use super::nodes::RuleNodeKind;
use super::syntax::{ExpressionSource, parts};
use crate::finding::{Advice, nearest};
use crate::policy::PolicyError;
use crate::schema::table::{Struct, Type};
use crate::schema::tables;

/// What is known of a value before it is there.
#[derive(Clone, Copy)]
enum Declared {
    Anything,
    /// A boolean, a number or a text.
    Single,
    /// A section of the schema.
    Section(&'static Struct),
    /// A section that has at least these keys.
    AtLeast(&'static Struct),
    /// A record with these keys.
    Record(&'static [&'static str]),
    /// A list of records with these keys.
    Records(&'static [&'static str]),
    /// What the schema says.
    Typed(&'static Type),
}

/// A function: its name, how many arguments it takes when it is called on a value, and how many when
/// it is not.
type CelFunction = (&'static str, Option<usize>, Option<usize>);

const FUNCTIONS: &[CelFunction] = &[
    ("size", Some(0), Some(1)),
    ("contains", Some(1), None),
    ("startsWith", Some(1), None),
    ("endsWith", Some(1), None),
    ("matches", Some(1), Some(2)),
    ("seconds", None, Some(1)),
    ("string", None, Some(1)),
    ("int", None, Some(1)),
    ("uint", None, Some(1)),
    ("double", None, Some(1)),
    ("bool", None, Some(1)),
    ("type", None, Some(1)),
    ("dyn", None, Some(1)),
];

/// Macros, for those who misspell one or call it with the wrong arguments.
const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

/// The types that can be named, to be compared with `type(x)`.
const TYPES: &[&str] = &[
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "list",
    "map",
    "null_type",
    "type",
];

/// Operators that give no boolean.
const NO_BOOLEAN: &[&str] = &[
    operators::ADD,
    operators::SUBSTRACT,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::NEGATE,
    "size",
    "string",
    "int",
    "uint",
    "double",
    "seconds",
    "type",
];

/// What an expression names, and what is wrong with it.
pub(super) struct CheckedExpression {
    /// What it takes from the facts.
    pub(super) uses: Vec<FactUse>,
    /// What is wrong.
    pub(super) mistakes: Vec<PolicyError>,
}

/// Checks an expression of a rule that looks at nodes of a kind.
pub(super) fn check(source: &ExpressionSource<'_>, kind: RuleNodeKind) -> CheckedExpression {
    let mut checker = ExpressionChecker {
        source,
        kind,
        bound: Vec::new(),
        out: CheckedExpression {
            uses: Vec::new(),
            mistakes: Vec::new(),
        },
    };
    checker.shape(&source.expr);
    checker.out
}

/// What is wrong with an expression that has to be true or false.
pub(super) fn check_boolean(source: &ExpressionSource<'_>) -> Option<PolicyError> {
    let expr = &source.expr;
    let gives = match &expr.expr {
        Expr::Literal(LiteralValue::Boolean(_)) => None,
        Expr::Literal(_) => Some("is a constant"),
        Expr::List(_) => Some("gives a list"),
        Expr::Map(_) => Some("gives a map"),
        Expr::Call(call) if NO_BOOLEAN.contains(&&*call.func_name) => Some(
            "does not give a \
            boolean",
        ),
        Expr::Comprehension(it) if matches!(it.accu_init.expr, Expr::List(_)) => {
            Some("gives a list")
        }
        _ => None,
    }?;
    let message = format!(
        "the condition {gives}; expected a boolean that is true where \
        something is wrong"
    );
    Some(source.mistake(expr.id, message, None))
}

struct ExpressionChecker<'s, 'd> {
    source: &'s ExpressionSource<'d>,
    kind: RuleNodeKind,
    bound: Vec<(String, Declared)>,
    out: CheckedExpression,
}

impl ExpressionChecker<'_, '_> {
    fn wrong(&mut self, at: &IdedExpr, message: String, help: Option<String>) {
        let mistake = self.source.mistake(at.id, message, help.map(Advice::from));
        self.out.mistakes.push(mistake);
    }

    fn shape(&mut self, expr: &IdedExpr) -> Declared {
        match &expr.expr {
            Expr::Ident(name) => self.name(expr, name, None),
            Expr::Select(select) => self.key_of(expr, &select.operand, &select.field),
            Expr::Call(call) => self.call(expr, call),
            Expr::Comprehension(it) => self.comprehension(it),
            Expr::Struct(_) => {
                self.wrong(expr, "messages cannot be made here".into(), None);
                Declared::Anything
            }
            Expr::Literal(_) => Declared::Single,
            Expr::List(_) | Expr::Map(_) | Expr::Unspecified => {
                for part in parts(expr) {
                    self.shape(part);
                }
                Declared::Anything
            }
        }
    }

    /// A key of what an expression gives.
    fn key_of(&mut self, at: &IdedExpr, of: &IdedExpr, key: &str) -> Declared {
        let of = match &of.expr {
            Expr::Ident(name) => self.name(of, name, Some(key)),
            _ => self.shape(of),
        };
        self.key(at, of, key)
    }

    /// A name that only allows access to a key.
    fn name(&mut self, at: &IdedExpr, name: &str, key: Option<&str>) -> Declared {
        if name.starts_with('@') || TYPES.contains(&name) {
            return Declared::Anything;
        }
        if let Some((_, shape)) = self.bound.iter().rfind(|(bound, _)| bound == name) {
            return *shape;
        }
        let Some(fact) = Fact::from_name(name) else {
            let near = nearest(name, Fact::names()).map_or_else(
                || format!("known: {}", Fact::names().collect::<Vec<_>>().join(", ")),
                |near| format!("write `{near}`"),
            );
            self.wrong(at, format!("unknown name `{name}`"), Some(near));
            return Declared::Anything;
        };
        if !fact.is_of(self.kind) {
            let message = format!("{} has no `{name}`", self.kind.noun());
            self.wrong(at, message, None);
            return Declared::Anything;
        }
        self.out.uses.push((fact, key.map(str::to_owned)));
        self.fact(fact)
    }

    fn fact(&self, fact: Fact) -> Declared {
        match fact {
            Fact::Own | Fact::Effective => match (self.kind.section(), self.kind) {
                (Some(of), _) => Declared::Section(of),
                (None, RuleNodeKind::HttpClient) => Declared::AtLeast(&tables::HTTP_CLIENT),
                (None, _) => Declared::Anything,
            },
            Fact::Config => Declared::Section(&tables::CONFIG),
            Fact::File => Declared::Record(facts::FILE),
            Fact::Url => Declared::Record(facts::URL),
            Fact::Urls => Declared::Records(facts::URL),
            Fact::Credentials => Declared::Records(facts::CREDENTIAL),
            Fact::Mount => Declared::Records(facts::MOUNT),
            Fact::Labels => Declared::Anything,
            Fact::Receiver | Fact::Issuer | Fact::Environment => Declared::Single,
        }
    }

    /// What a key of something is.
    fn key(&mut self, at: &IdedExpr, of: Declared, key: &str) -> Declared {
        match of {
            Declared::Section(section) => match section.find(key) {
                Some(found) => typed(&found.field.ty),
                None => {
                    let all = section.all();
                    let near = nearest(key, all.iter().map(|found| found.field.key));
                    let help = near.map(|near| format!("write `{near}`"));
                    let message = format!("unknown key `{key}`");
                    self.wrong(at, message, help);
                    Declared::Anything
                }
            },
            Declared::AtLeast(section) => section
                .find(key)
                .map_or(Declared::Anything, |found| typed(&found.field.ty)),
            Declared::Record(keys) => {
                if !keys.contains(&key) {
                    let help = nearest(key, keys.iter().copied()).map_or_else(
                        || format!("known: {}", keys.join(", ")),
                        |near| format!("write `{near}`"),
                    );
                    self.wrong(at, format!("it has no `{key}`"), Some(help));
                }
                Declared::Anything
            }
            Declared::Records(_) | Declared::Typed(Type::List(_)) => {
                let help = "use one of its items, as in `list.exists(item, …)` or `list[0]`";
                let message = format!("this is a list, and has no key `{key}`");
                self.wrong(at, message, Some(help.into()));
                Declared::Anything
            }
            Declared::Typed(Type::Map(_, value)) => typed(value),
            Declared::Single => {
                let message = format!("this is a single value, and has no key `{key}`");
                self.wrong(at, message, None);
                Declared::Anything
            }
            Declared::Anything | Declared::Typed(_) => Declared::Anything,
        }
    }

    fn call(&mut self, at: &IdedExpr, call: &CallExpr) -> Declared {
        if call.func_name == operators::INDEX
            && let [of, index] = call.args.as_slice()
        {
            if let Expr::Literal(LiteralValue::String(key)) = &index.expr {
                return self.key_of(at, of, key.inner());
            }
            self.shape(index);
            return item(self.shape(of));
        }
        for part in parts(at) {
            self.shape(part);
        }
        let name = &*call.func_name;
        if name.starts_with(['@', '_', '!', '-']) {
            return Declared::Anything;
        }
        let Some(&(_, on, alone)) = FUNCTIONS.iter().find(|row| row.0 == name) else {
            let known = || {
                FUNCTIONS
                    .iter()
                    .map(|row| row.0)
                    .chain(MACROS.iter().copied())
            };
            let help = if MACROS.contains(&name) {
                Some(format!("write it as in `{}`", usage(name)))
            } else {
                nearest(name, known()).map(|near| format!("write `{near}`"))
            };
            let help = help
                .unwrap_or_else(|| format!("known: {}", known().collect::<Vec<_>>().join(", ")));
            self.wrong(
                at,
                format!("unknown function `{name}` for this value"),
                Some(help),
            );
            return Declared::Anything;
        };
        let wanted = if call.target.is_some() { on } else { alone };
        if wanted != Some(call.args.len()) {
            let message = format!("`{name}` is called with the wrong arguments");
            self.wrong(
                at,
                message,
                Some(format!("write it as in `{}`", usage(name))),
            );
        } else if name == "matches" {
            self.pattern(call);
        }
        Declared::Single
    }

    fn pattern(&mut self, call: &CallExpr) {
        let Some(last) = call.args.last() else { return };
        if let Expr::Literal(LiteralValue::String(text)) = &last.expr
            && let Err(why) = budget::pattern(text.inner())
        {
            self.wrong(last, format!("not a valid pattern: {why}"), None);
        }
    }

    fn comprehension(&mut self, it: &ComprehensionExpr) -> Declared {
        let range = self.shape(&it.iter_range);
        if matches!(range, Declared::Single) {
            let message = "this is a single value, not a list or a mapping";
            self.wrong(&it.iter_range, message.into(), None);
        }
        self.bound.push((it.iter_var.clone(), turn(range)));
        self.shape(&it.loop_step);
        self.bound.pop();
        Declared::Anything
    }
}

fn typed(ty: &'static Type) -> Declared {
    match ty {
        Type::Section(of) => Declared::Section(of),
        Type::Any => Declared::Anything,
        Type::List(_) | Type::Map(..) => Declared::Typed(ty),
        _ => Declared::Single,
    }
}

/// What is at an index.
fn item(of: Declared) -> Declared {
    match of {
        Declared::Typed(Type::List(item) | Type::Map(_, item)) => typed(item),
        Declared::Records(keys) => Declared::Record(keys),
        _ => Declared::Anything,
    }
}

/// What a comprehension goes through: the items of a list, the keys of a map.
fn turn(range: Declared) -> Declared {
    match range {
        Declared::Typed(Type::List(_)) | Declared::Records(_) => item(range),
        Declared::Anything => Declared::Anything,
        _ => Declared::Single,
    }
}

/// How a function or a macro is written.
fn usage(name: &str) -> String {
    match name {
        "has" => "has(self.key)".to_owned(),
        "map" => "list.map(item, item.key)".to_owned(),
        "matches" | "contains" | "startsWith" | "endsWith" => format!("text.{name}('…')"),
        _ if MACROS.contains(&name) => format!("list.{name}(item, item.key == 1)"),
        _ => format!("{name}(value)"),
    }
}
