//! Whether something fills in the placeholders of a configuration.

use std::path::Path;

use super::Facts;
use super::credential_file::template_of;
use super::deployment::{MountSource, Platform, ResolvedPath, RunCertainty, RunningDeployment};
use super::mentioned::{self, FileMention, LackedFile};
use super::scripts::{ScriptedConfiguration, Scripts};
use super::settings::text_of;
use crate::discover::{self, EmbeddedIn};
use crate::finding::{Evidence, Finding, Place, Severity, Span, rule};
use crate::schema::address_fault;
use crate::yaml::placeholder::is_one_shouted_word;

/// How the names of templates end that have the name of what they become.
const TEMPLATES: &[&str] = &[".template", ".tmpl", ".tpl", ".envsubst", ".j2"];

impl Facts<'_> {
    /// The script of the tree that fills in a placeholder of the configuration at `shown`. `whole` is
    /// the placeholder as written, a plain word in capitals among them.
    #[must_use]
    pub fn filled_in(
        &self,
        whole: &str,
        shown: &str,
        holder: Option<&EmbeddedIn>,
    ) -> Option<Evidence> {
        let by_script = self.scripts().filling(whole, rendered(shown, holder));
        by_script.or_else(|| {
            let is_plain = is_one_shouted_word(whole);
            is_plain
                .then(|| self.shared.naming().replacing(whole))
                .flatten()
        })
    }

    /// The script of the tree that renders the configuration at `shown`, whatever placeholders it
    /// has.
    #[must_use]
    pub fn rendered_by(&self, shown: &str, holder: Option<&EmbeddedIn>) -> Option<Evidence> {
        self.scripts().rendering(rendered(shown, holder))
    }

    /// The template beside a file, by its name, that has a placeholder of the file too: the next run of what
    /// renders it writes the file again.
    #[must_use]
    pub fn template_beside(&self, whole: &str, shown: &str) -> Option<Evidence> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let word = whole.trim_matches(|c| !is_word(c));
        TEMPLATES
            .iter()
            .filter(|_| !word.is_empty())
            .find_map(|end| {
                let text = text_of(self, &self.absolute(&format!("{shown}{end}")))?;
                let at = text.content().find(word)?;
                Some(Evidence {
                    place: Place::new(&text, Span::new(at, at + word.len())),
                    message: "this template becomes the file".to_owned(),
                })
            })
    }

    /// The proof that nothing fills in a placeholder: all that run the configuration mount this very
    /// file, or the key of the ConfigMap that it is, into the official image, which starts Prometheus
    /// at once, and no script of the tree names the placeholder, the file or its folder.
    #[must_use]
    pub fn never_filled(
        &self,
        whole: &str,
        shown: &str,
        holder: Option<&EmbeddedIn>,
    ) -> Option<Vec<Evidence>> {
        let file = self.absolute(shown);
        let file = self.files.tree.resolve(&file).unwrap_or(file);
        let runners = self.runners(&file, holder);
        let first = runners.first()?;
        let mut evidence = first.evidence.clone();
        let all_as_is = runners.iter().all(|runner| match holder {
            // `$(NAME)` is the form of Kubernetes itself, which expands it in the fields of a container.
            // Other forms may be for something that fills in manifests before they are applied.
            Some(_) => whole.starts_with("$(") && self.is_key_as_is(runner),
            None => {
                let mounts = &self.shared.compose_mounts;
                is_as_is(runner, &file)
                    && !mounts.is_shared(runner.deployment, &file)
                    && !is_in_both(runner, whole)
            }
        });
        if !all_as_is || self.scripts().mentions(whole, rendered(shown, holder)) {
            return None;
        }
        evidence.truncate(2);
        Some(evidence)
    }

    /// Whether a script or a YAML file of the tree has one of some words.
    #[must_use]
    pub fn is_mentioned(&self, words: &[&str]) -> bool {
        let mut all = self.scripts().all().iter();
        all.any(|script| {
            let content = script.text.content();
            words.iter().any(|word| content.contains(word))
        })
    }

    /// Whether a configuration is test data that nothing runs, whose files are not needed.
    #[must_use]
    pub fn is_idle_test_data(&self, shown: &str, is_idle: bool) -> bool {
        let path = || self.relative(&self.absolute(shown));
        is_idle && discover::is_test_data(&path())
    }

    /// Why a script of the tree may write a file, or the files of a pattern, that the configuration
    /// at `shown` names.
    #[must_use]
    pub fn written_by(&self, name: &str, shown: &str) -> Option<String> {
        let script = self.scripts().naming(name, shown);
        let place = script.or_else(|| {
            let mention = self.mentioned(name, shown)?;
            (!mention.is_prose).then_some(mention.place)
        })?;
        let (path, line) = (place.path(), place.start().line);
        Some(format!("{path}:{line} names it, and may write it"))
    }

    /// Why a file that the configuration at `shown` names may be made of a template of the tree.
    pub(super) fn made_of_template(&self, name: &str, shown: &str) -> Option<String> {
        let tree = self.files.tree;
        let folder = self.absolute(shown);
        let file = folder.parent()?.join(name);
        let template = template_of(tree, &file).filter(|_| !name.contains('*'))?;
        Some(format!("{} is what it is made of", tree.shown(&template)))
    }

    /// Where a text for people, or a comment, names a file that the configuration at `shown` names and the
    /// tree lacks: it may say how to make it.
    #[must_use]
    pub fn described_in(&self, name: &str, shown: &str) -> Option<Place> {
        let mention = self.mentioned(name, shown)?;
        mention.is_prose.then_some(mention.place)
    }

    /// Why a credential file that the configuration at `shown` names may be where it is deployed: a text, or
    /// a comment of the configuration, names it. `place` is where the tree would have it.
    #[must_use]
    pub fn credential_made_by(&self, name: &str, shown: &str, place: &str) -> Option<String> {
        let place = self.relative(&self.absolute(place));
        let mention = self.mention_at(name, shown, Some(&place));
        let own = || mentioned::in_comment(&text_of(self, &self.absolute(shown))?, name);
        let (place, does) = match mention {
            Some(mention) if !mention.is_prose => (mention.place, "may write it"),
            mention => (
                mention.map(|mention| mention.place).or_else(own)?,
                "may say how to make it",
            ),
        };
        let (path, line) = (place.path(), place.start().line);
        Some(format!("{path}:{line} names it, and {does}"))
    }

    /// Lowers what is said of rule files that the tree lacks, where a text for people names them.
    pub(super) fn weigh_descriptions(&self, findings: &mut Vec<Finding>, shown: &str) {
        for finding in findings {
            let is_proven = finding.rule == rule::FILES_MISSING
                && finding.severity == Severity::Error
                && **finding.place.path() == *shown;
            let text = finding.place.text().slice(finding.place.span());
            let name = text.trim_matches(['"', '\'']);
            if let Some(place) = is_proven.then(|| self.described_in(name, shown)).flatten() {
                finding.severity = Severity::Warning;
                finding.evidence.push(Evidence {
                    place,
                    message: "this names the file".to_owned(),
                });
            }
        }
    }

    fn mentioned(&self, name: &str, shown: &str) -> Option<FileMention> {
        self.mention_at(name, shown, None)
    }

    fn mention_at(&self, name: &str, shown: &str, place: Option<&str>) -> Option<FileMention> {
        let path = self.relative(&self.absolute(shown));
        let file = LackedFile::new(name, &path, place)?;
        // What names another file of the tree says nothing of this one.
        let is_there = |path: &str| self.files.tree.metadata(&self.absolute(path)).is_ok();
        self.shared.naming().naming(&file, shown, &is_there)
    }

    /// Whether a finding is about a placeholder in a target file that a script of the tree may write.
    pub(super) fn is_filled_target(&self, finding: &Finding, shown: &str) -> bool {
        let text = finding.place.text().slice(finding.place.span());
        let fault = address_fault(text.trim_matches(['"', '\'']));
        finding.rule == rule::FILES_TARGET_FILE
            && fault.is_some_and(|(fault, _)| fault.is_open())
            && self.written_by(finding.place.path(), shown).is_some()
    }

    /// Whether a pod of Kubernetes gives the official image the key of a ConfigMap as it is, under the
    /// path that Prometheus is started with.
    fn is_key_as_is(&self, runner: &RunningDeployment<'_>) -> bool {
        let deployment = runner.deployment;
        let is_key = || match deployment.resolve(self.files.tree, &deployment.config_file()) {
            ResolvedPath::Provided(found) => found.written.is_some(),
            _ => false,
        };
        deployment.platform == Platform::Kubernetes && is_started_plainly(runner) && is_key()
    }

    pub(super) fn scripts(&self) -> &Scripts {
        self.shared.scripts()
    }
}

/// Whether the compose file has the same words to fill in: what is written there by hand is written
/// here by hand. A variable that it sets is the usual slip, since nothing expands it here.
fn is_in_both(runner: &RunningDeployment<'_>, whole: &str) -> bool {
    !whole.contains('$') && runner.deployment.place.text().content().contains(whole)
}

fn rendered<'r>(shown: &'r str, holder: Option<&'r EmbeddedIn>) -> ScriptedConfiguration<'r> {
    let key = match holder {
        Some(EmbeddedIn::Object { key, .. }) => Some(key.as_str()),
        Some(EmbeddedIn::Compose(name)) => Some(name.as_str()),
        Some(_) | None => None,
    };
    ScriptedConfiguration { shown, key }
}

/// Whether a deployment gives Prometheus the file as it is in the tree: docker compose mounts it into
/// the official image, and its command starts nothing else.
fn is_as_is(runner: &RunningDeployment<'_>, file: &Path) -> bool {
    let deployment = runner.deployment;
    let mounts = deployment.mounts.iter().rev();
    let mounted = mounts.into_iter().any(
        |mount| matches!(&mount.source, MountSource::Tree(source) if file.starts_with(source)),
    );
    deployment.platform == Platform::Compose && is_started_plainly(runner) && mounted
}

/// Whether a container surely starts the official image with nothing but flags.
fn is_started_plainly(runner: &RunningDeployment<'_>) -> bool {
    let deployment = runner.deployment;
    let official = deployment
        .image
        .as_ref()
        .is_some_and(|image| image.is_official());
    // `/bin/prometheus --config.file=…` is what the image starts itself.
    let mut arguments = deployment.arguments.list.iter().enumerate();
    let plain = arguments.all(|(at, one)| {
        one.text.starts_with('-') && !one.text.contains(' ')
            || at == 0 && one.text.rsplit('/').next() == Some("prometheus")
    });
    runner.certainty == RunCertainty::Certain
        && official
        && deployment.base.is_none()
        && deployment.doubts.is_empty()
        && plain
}
