//! What a template reads: variables, the data, and their fields.

use std::collections::BTreeSet;

use super::lexer::{Token, TokenKind, read};

/// A variable or the dot, with the fields behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChain {
    /// `$labels`, `.` …
    pub root: String,
    /// The fields, each with its bytes without the dot.
    pub names: Vec<(String, usize, usize)>,
    /// The bytes of the whole.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Whether the root is not the data of the alert: the dot within `range` and `with`, and both
    /// within `define` and `block`.
    pub inner: bool,
    /// Whether its action writes a value that follows from it: not one of `if`, nor one that
    /// compares.
    pub prints: bool,
    /// Whether its action asks whether it is there, or has something else in its place.
    pub tested: bool,
}

impl FieldChain {
    /// Whether it is the value of the alert.
    #[must_use]
    pub fn is_value(&self) -> bool {
        let is_dot = matches!(&*self.root, "." | "$") && !self.inner;
        let first = self.names.first().map(|(name, ..)| name.as_str());
        self.root == "$value" && first.is_none() || is_dot && first == Some("Value")
    }
}

/// Everything that a template reads, in the order of the text. The template is one that
/// [`super::check`] accepts.
#[must_use]
pub fn fields(text: &str) -> Vec<FieldChain> {
    let (tokens, _) = read(text);
    let word = |token: &Token| text.get(token.from..token.to).unwrap_or_default();
    let mut out = Vec::new();
    // For each open block, whether the dot, and whether `$`, is changed within.
    let mut blocks: Vec<(bool, bool)> = Vec::new();
    // Variables that hold the value.
    let mut values = BTreeSet::new();
    for action in tokens.split(|token| token.kind == TokenKind::Open) {
        let keyword = action.first().filter(|token| token.kind == TokenKind::Word);
        let keyword = keyword.map_or("", word);
        let (dot, root) = blocks.last().copied().unwrap_or_default();
        let has = |known: &[&str]| {
            let mut words = action.iter().filter(|token| token.kind == TokenKind::Word);
            words.any(|token| known.contains(&word(token)))
        };
        let tests = matches!(keyword, "if" | "with" | "range" | "else");
        // A comparison prints `true` or `false`, so that the value itself is not in the text
        // (`text/template` funcs.go).
        let compares = has(&["eq", "ne", "lt", "le", "gt", "ge"]);
        let declares = |token: &Token| matches!(token.kind, TokenKind::Declare | TokenKind::Assign);
        let declares = action.iter().any(declares);
        let mut of_action = of_action(action, &word);
        for field in &mut of_action {
            field.inner = match &*field.root {
                "." => dot,
                _ => root,
            };
            if field.names.is_empty() && values.contains(&field.root) && !declares {
                "$value".clone_into(&mut field.root);
            }
        }
        if let ([variable, read @ ..], true) = (of_action.as_slice(), declares) {
            match keyword != "range" && !compares && read.iter().any(FieldChain::is_value) {
                true => values.insert(variable.root.clone()),
                false => values.remove(&variable.root),
            };
        }
        for mut field in of_action {
            // `else if` and the like test too, since `text/template` evaluates them only for their
            // truth.
            field.prints = !tests && !compares && !declares;
            field.tested = tests || has(&["or", "and", "not"]);
            out.push(field);
        }
        match keyword {
            "if" => blocks.push((dot, root)),
            "with" | "range" => blocks.push((true, root)),
            // Their `$` is what `template` hands over, so it says nothing of the alert.
            "define" | "block" => blocks.push((true, true)),
            "end" => {
                blocks.pop();
            }
            _ => {}
        }
    }
    out
}

fn of_action<'t>(action: &[Token], word: &impl Fn(&Token) -> &'t str) -> Vec<FieldChain> {
    let mut out: Vec<FieldChain> = Vec::new();
    // Whether a field right behind this token belongs to something that has a name here.
    let mut open = false;
    let mut before: Option<TokenKind> = None;
    // Where the argument of `index` begins, if it is next.
    let mut indexed = None;
    let mut is_index = false;
    for token in action {
        let name = |token: &Token| {
            let name = word(token).trim_start_matches('.').to_owned();
            (name, token.from + 1, token.to)
        };
        match token.kind {
            TokenKind::Variable => {
                out.push(field(word(token), Vec::new(), token));
                open = true;
            }
            TokenKind::Field if !token.spaced && open => {
                if let Some(last) = out.last_mut() {
                    last.names.push(name(token));
                    last.to = token.to;
                }
            }
            // `(query "up" | first).Labels.job`: the fields are those of what is in the parentheses.
            TokenKind::Field if !token.spaced && before == Some(TokenKind::ParenClose) => {
                open = false;
                continue;
            }
            TokenKind::Field => {
                out.push(field(".", vec![name(token)], token));
                open = true;
            }
            // `index $labels "a"` reads what `$labels.a` does.
            TokenKind::Text if open && indexed == out.last().map(|field| field.from) => {
                let name = word(token).trim_matches(['"', '`']);
                let is_plain = !name.contains('\\');
                if let Some(last) = out.last_mut().filter(|_| is_plain) {
                    let name = name.to_owned();
                    last.names.push((name, token.from + 1, token.to - 1));
                    last.to = token.to;
                }
                open = false;
            }
            _ => open = false,
        }
        if before == Some(TokenKind::Word) {
            indexed = is_index.then_some(token.from);
        }
        is_index = token.kind == TokenKind::Word && word(token) == "index";
        before = Some(token.kind);
    }
    out
}

fn field(root: &str, names: Vec<(String, usize, usize)>, token: &Token) -> FieldChain {
    FieldChain {
        root: root.to_owned(),
        names,
        from: token.from,
        to: token.to,
        inner: false,
        prints: false,
        tested: false,
    }
}

#[cfg(test)]
mod tests {
    use super::fields;

    fn reported(text: &str) -> Vec<String> {
        let fields = fields(text).into_iter();
        let shown = fields.map(|field| {
            let names: String = field
                .names
                .iter()
                .map(|(name, ..)| format!("/{name}"))
                .collect();
            let flag = |set: bool, letter: &'static str| if set { letter } else { "" };
            format!(
                "{}{names}{}{}{}",
                field.root,
                flag(field.inner, " inner"),
                flag(field.prints, " prints"),
                flag(field.tested, " tested")
            )
        });
        shown.collect()
    }

    #[test]
    fn fields_are_read_with_their_roots() {
        for (text, want) in [
            ("{{ $labels.a }}", vec!["$labels/a prints"]),
            (
                "{{ $labels.a.b }}{{ .Value }}",
                vec!["$labels/a/b prints", "./Value prints"],
            ),
            ("{{ if gt $value 1.0 }}x{{ end }}", vec!["$value tested"]),
            ("{{ gt $value 1.0 }}", vec!["$value"]),
            ("{{ $value | humanize }}", vec!["$value prints"]),
            ("{{ index $labels \"a-b\" }}", vec!["$labels/a-b prints"]),
            ("{{ index .Labels `a` | title }}", vec!["./Labels/a prints"]),
            ("{{ index $.Labels \"a\" }}", vec!["$/Labels/a prints"]),
            ("{{ printf \"%s\" $labels \"a\" }}", vec!["$labels prints"]),
            (
                "{{ $v := $value }}{{ if gt $v 1.0 }}{{ end }}{{ $v }}",
                vec!["$v", "$value", "$value tested", "$value prints"],
            ),
            (
                "{{ with $v := .Value | humanize }}{{ $v }}{{ end }}",
                vec!["$v tested", "./Value tested", "$value prints"],
            ),
            (
                "{{ $v := $labels.a }}{{ $v }}{{ $v.b }}",
                vec!["$v", "$labels/a", "$v prints", "$v/b prints"],
            ),
            (
                "{{ range query \"up\" }}{{ .Value }}{{ $labels.a }}{{ end }}{{ .Value }}",
                vec!["./Value inner prints", "$labels/a prints", "./Value prints"],
            ),
            ("{{ (query \"up\" | first).Value }}", vec![]),
            (
                "{{ or $labels.a $labels.b }}",
                vec!["$labels/a prints tested", "$labels/b prints tested"],
            ),
            (
                "{{ if $labels.a }}{{ $.Labels.a }}{{ end }}",
                vec!["$labels/a tested", "$/Labels/a prints"],
            ),
        ] {
            assert_eq!(reported(text), want, "{text}");
        }
    }
}
