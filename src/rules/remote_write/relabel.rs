//! `remote-write/relabel`: rules that drop everything or nothing, proved on the constant part of
//! their patterns.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::finding::Severity;
use crate::prometheus::{Config, Pattern, PatternBudget, RelabelRule};
use crate::rules::Findings;
use crate::yaml::{Mapping, Node};

/// Labels of targets, which are gone when samples are sent.
const TARGET_LABELS: &[&str] = &["__address__", "__scheme__", "__metrics_path__"];

/// What a rule comes to.
enum Verdict {
    /// Nothing is left. The reason is a clause that follows "this rule drops every sample: ".
    DropsAll(String),
    /// It drops nothing, although it is there to drop.
    DropsNothing(String),
    /// It keeps all, although it is there to choose.
    KeepsAll(String),
    /// The samples lose their names.
    Unnames(String),
}

pub(super) fn check(config: Config<'_>, out: &mut Findings<'_>) {
    let budget = PatternBudget::default();
    let left = Cell::new(MOST_TRIES);
    for write in config.remote_writes() {
        let list = write.get("write_relabel_configs");
        let rules: Vec<_> = list
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|node| RelabelRule::new(node, &budget))
            .collect();
        let known = Known::new(config, &left);
        walk(&rules, known, out);
        if let (true, Some(list)) = (budget.is_used_up(), list) {
            let reason = "the patterns of this file are too large to compare all of them";
            out.unchecked(list, reason, None);
            return;
        }
    }
}

/// What is known of the labels before a rule.
struct Known<'r, 'd> {
    /// Labels that something outside of the list may set.
    external: Option<Mapping<'d>>,
    /// Whether rules of jobs may have left labels of targets behind.
    leftovers: bool,
    /// Rules so far that keep or drop, whose labels have not changed since.
    earlier: Earlier<'r, 'd>,
    /// Labels that the list itself has written; none once that is not known any more.
    written: Option<HashSet<&'d str>>,
    /// How many comparisons may still be made.
    left: &'r Cell<usize>,
}

/// How many comparisons are made for one file: every rule is compared with all those before it that
/// look at the same, which for a list that a machine wrote could take hours. Long texts count for
/// several. What is left is not said.
const MOST_TRIES: usize = 1_000_000;

/// What a rule looks at: labels, and what is between them where there are several.
type Look<'r, 'd> = (&'r [&'d str], &'d str);

fn look<'r, 'd>(rule: &'r RelabelRule<'d>) -> Look<'r, 'd> {
    let separator = match rule.sources.len() {
        0 | 1 => "",
        _ => rule.separator,
    };
    (&rule.sources, separator)
}

/// The patterns of rules that keep or drop, by what they look at.
#[derive(Default)]
struct Earlier<'r, 'd> {
    by_look: HashMap<Look<'r, 'd>, Choices<'r>>,
    /// What looks at a label; some of it may be gone.
    of_label: HashMap<&'d str, Vec<Look<'r, 'd>>>,
}

/// Patterns of rules that look at the same.
#[derive(Default)]
struct Choices<'r> {
    kept: Vec<&'r Pattern>,
    dropped: Vec<&'r Pattern>,
}

impl<'r, 'd> Earlier<'r, 'd> {
    fn of(&self, rule: &'r RelabelRule<'d>) -> Option<&Choices<'r>> {
        self.by_look.get(&look(rule))
    }

    fn add(&mut self, rule: &'r RelabelRule<'d>) {
        let Some(pattern) = rule.pattern() else {
            return;
        };
        let look = look(rule);
        let choices = self.by_look.entry(look).or_insert_with(|| {
            for label in look.0 {
                self.of_label.entry(label).or_default().push(look);
            }
            Choices::default()
        });
        match &*rule.action {
            "keep" => choices.kept.push(pattern),
            _ => choices.dropped.push(pattern),
        }
    }

    /// Forgets what looks at a label, since it has changed.
    fn change(&mut self, label: &str) {
        for look in self.of_label.remove(label).into_iter().flatten() {
            self.by_look.remove(&look);
        }
    }
}

impl<'r, 'd> Known<'r, 'd> {
    fn new(config: Config<'d>, left: &'r Cell<usize>) -> Self {
        let mut jobs = config.scrape_configs();
        Self {
            external: config.external_labels(),
            leftovers: jobs.any(|job| job.get("metric_relabel_configs").is_some()),
            earlier: Earlier::default(),
            written: Some(HashSet::new()),
            left,
        }
    }

    /// Whether no sample has a label any more when it is sent.
    fn is_gone(&self, label: &str) -> bool {
        let of_target = label.starts_with("__meta_") || TARGET_LABELS.contains(&label);
        let set = self
            .external
            .is_some_and(|labels| labels.get(label).is_some());
        let written = self
            .written
            .as_ref()
            .is_none_or(|written| written.contains(&label));
        of_target && !set && !written && !self.leftovers
    }

    /// Whether one more comparison may be made.
    fn may_try(&self, text: &str) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1 + text.len() / 64));
        left > 0
    }

    /// Whether a pattern matches none of the texts.
    fn matches_none(&self, pattern: &Pattern, texts: &BTreeSet<String>) -> bool {
        let mut texts = texts.iter();
        texts.all(|text| self.may_try(text) && !pattern.matches(text))
    }

    /// Whether a pattern matches all of the texts.
    fn matches_each(&self, pattern: &Pattern, texts: &BTreeSet<String>) -> bool {
        let mut texts = texts.iter();
        texts.all(|text| self.may_try(text) && pattern.matches(text))
    }
}

/// Goes through the rules until one decides about everything.
fn walk<'r>(rules: &'r [RelabelRule<'_>], known: Known<'r, '_>, out: &mut Findings<'_>) {
    let mut known = known;
    for rule in rules {
        if let Some(verdict) = judge(rule, &known) {
            let last = matches!(verdict, Verdict::DropsAll(_) | Verdict::Unnames(_));
            report(rule, verdict, out);
            if last {
                return;
            }
        }
        note(rule, &mut known);
    }
}

/// What a rule changes about what is known.
fn note<'r, 'd>(rule: &'r RelabelRule<'d>, known: &mut Known<'r, 'd>) {
    match &*rule.action {
        "keep" | "drop" => known.earlier.add(rule),
        "keepequal" | "dropequal" => {}
        "replace" | "hashmod" | "lowercase" | "uppercase" => match rule.target {
            Some(target) if !target.contains('$') => {
                known.earlier.change(target);
                if let Some(written) = &mut known.written {
                    written.insert(target);
                }
            }
            _ => forget(known),
        },
        _ => forget(known),
    }
}

fn forget(known: &mut Known<'_, '_>) {
    known.earlier = Earlier::default();
    known.written = None;
}

fn judge<'r, 'd>(rule: &'r RelabelRule<'d>, known: &Known<'r, 'd>) -> Option<Verdict> {
    // Most rules replace, and of their patterns nothing is wanted.
    let action = &*rule.action;
    if !["drop", "keep", "labeldrop", "labelkeep"].contains(&action) {
        return None;
    }
    let pattern = rule.pattern()?;
    match action {
        "drop" => drop_rule(rule, pattern, known),
        "keep" => keep_rule(rule, pattern, known),
        "labeldrop" if pattern.matches("__name__") => Some(Verdict::Unnames(
            "the pattern matches the label `__name__`".to_owned(),
        )),
        "labelkeep" if !pattern.matches("__name__") => Some(Verdict::Unnames(
            "the pattern does not match the label `__name__`".to_owned(),
        )),
        _ => None,
    }
}

fn drop_rule<'r, 'd>(
    rule: &'r RelabelRule<'d>,
    pattern: &Pattern,
    known: &Known<'r, 'd>,
) -> Option<Verdict> {
    if pattern.matches_all() {
        return Some(Verdict::DropsAll("the pattern matches any text".to_owned()));
    }
    if rule.sources == ["__name__"] && pattern.matches_all_but_empty() {
        let why = "the pattern matches any name, and every sample has one";
        return Some(Verdict::DropsAll(why.to_owned()));
    }
    if let Some((value, why)) = only_value(rule, known) {
        return Some(if pattern.matches(&value) {
            Verdict::DropsAll(format!("{why}, which the pattern matches"))
        } else {
            Verdict::DropsNothing(format!("{why}, which the pattern does not match"))
        });
    }
    if let Some(why) = lacks_separator(rule, pattern) {
        return Some(Verdict::DropsNothing(why));
    }
    let kept = &known.earlier.of(rule)?.kept;
    let mut kept = kept
        .iter()
        .take_while(|_| known.may_try(""))
        .filter_map(|kept| kept.texts());
    let kept = kept.find(|texts| known.matches_each(pattern, texts))?;
    Some(Verdict::DropsAll(format!(
        "an earlier rule keeps only {}, which this one drops",
        listed(kept.iter())
    )))
}

fn keep_rule<'r, 'd>(
    rule: &'r RelabelRule<'d>,
    pattern: &Pattern,
    known: &Known<'r, 'd>,
) -> Option<Verdict> {
    if pattern.matches_all() {
        return Some(Verdict::KeepsAll("the pattern matches any text".to_owned()));
    }
    let only_empty = |texts: &BTreeSet<String>| texts.iter().all(String::is_empty);
    if rule.sources == ["__name__"] && pattern.texts().is_some_and(only_empty) {
        let why = "the pattern matches only the empty text, and every sample has a name";
        return Some(Verdict::DropsAll(why.to_owned()));
    }
    if let Some((value, why)) = only_value(rule, known) {
        return Some(if pattern.matches(&value) {
            Verdict::KeepsAll(format!("{why}, which the pattern matches"))
        } else {
            Verdict::DropsAll(format!("{why}, which the pattern does not match"))
        });
    }
    if let Some(why) = lacks_separator(rule, pattern) {
        return Some(Verdict::DropsAll(why));
    }
    let Choices { kept, dropped } = known.earlier.of(rule)?;
    let own = pattern.texts();
    for kept in kept.iter().take_while(|_| known.may_try("")) {
        let apart = |texts: &&BTreeSet<String>| known.matches_none(pattern, texts);
        if let Some(texts) = kept.texts().filter(apart) {
            return Some(Verdict::DropsAll(format!(
                "an earlier rule keeps only {}, which this one does not match",
                listed(texts.iter())
            )));
        }
        if let Some(texts) = own.filter(|texts| known.matches_none(kept, texts)) {
            return Some(Verdict::DropsAll(format!(
                "an earlier rule does not keep {}",
                listed(texts.iter())
            )));
        }
    }
    let own = own?;
    let mut dropped = dropped.iter();
    dropped.find(|dropped| known.matches_each(dropped, own))?;
    Some(Verdict::DropsAll(format!(
        "an earlier rule drops {}",
        listed(own.iter())
    )))
}

/// The value that the sources have in every sample, if it is known, and a clause that says so.
fn only_value(rule: &RelabelRule<'_>, known: &Known<'_, '_>) -> Option<(String, String)> {
    if rule.sources.is_empty() {
        let why = "it has no `source_labels`, so it matches against an empty text";
        // A placeholder for the list, or something that is not a list, may be there.
        let unset = rule.node.get("source_labels").is_none();
        return unset.then(|| (String::new(), why.to_owned()));
    }
    let gone = rule.sources.iter().all(|label| known.is_gone(label));
    gone.then(|| {
        let value = rule.separator.repeat(rule.sources.len() - 1);
        let what = match rule.sources.as_slice() {
            [one] => format!("`{one}` is a target label"),
            all => format!("{} are target labels", all.join(", ")),
        };
        let why = format!(
            "{what}, gone by the time samples are sent, so it matches against \
            empty texts"
        );
        (value, why)
    })
}

/// Why a pattern of constants can't match several labels, if it lacks what is between them.
fn lacks_separator(rule: &RelabelRule<'_>, pattern: &Pattern) -> Option<String> {
    let signs = rule
        .sources
        .len()
        .checked_sub(1)
        .filter(|count| *count > 0)?;
    if rule.separator.is_empty() {
        return None;
    }
    let texts = pattern.texts()?;
    let enough = |text: &String| text.matches(rule.separator).count() >= signs;
    (!texts.iter().any(enough)).then(|| {
        format!(
            "it joins {} labels with `{}`, which no text matched by the pattern contains",
            rule.sources.len(),
            rule.separator
        )
    })
}

/// The first few of some texts, in words.
fn listed<'t>(texts: impl ExactSizeIterator<Item = &'t String>) -> String {
    const SHOWN: usize = 3;
    let more = texts.len().saturating_sub(SHOWN);
    let named: Vec<_> = texts.take(SHOWN).map(|text| format!("`{text}`")).collect();
    let all = named.join(", ");
    if more > 0 {
        format!("{all} and {more} more")
    } else {
        all
    }
}

fn report(rule: &RelabelRule<'_>, verdict: Verdict, out: &mut Findings<'_>) {
    let (severity, message, help) = match verdict {
        Verdict::DropsAll(why) => (
            Severity::Error,
            format!("this relabel rule drops every sample: {why}"),
            "correct the pattern or the labels, or remove the whole `remote_write` entry",
        ),
        Verdict::Unnames(why) => (
            Severity::Error,
            format!(
                "this relabel rule removes the name of every sample: {why}; the receiver \
                rejects them"
            ),
            "keep `__name__`: exclude it from the pattern of `labeldrop`, or include it in that \
             of `labelkeep`",
        ),
        Verdict::DropsNothing(why) => (
            Severity::Warning,
            format!("this relabel rule drops nothing: {why}"),
            "correct the pattern or the labels, or remove the rule",
        ),
        Verdict::KeepsAll(why) => (
            Severity::Info,
            format!("this relabel rule keeps everything: {why}"),
            "remove the rule, or write a pattern that matches only what to keep",
        ),
    };
    out.push(out.at(rule.place(), severity, message).help(help));
}
