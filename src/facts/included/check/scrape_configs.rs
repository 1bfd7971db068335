//! Included files of scrape jobs, as parts of the whole.

use std::path::{Path, PathBuf};

use super::super::{FileSet, Matched, NamedPath, Purpose, jobs};
use super::IncludeChecker;
use crate::schema;
use crate::yaml::{Node, parse_first};

impl IncludeChecker<'_, '_> {
    /// Says once why a file of scrape jobs can't be parsed.
    fn broken(&mut self, path: &Path) {
        let part = (path.to_owned(), None, "broken".to_owned());
        let (findings, _) = self.cache.first_findings(part, || {
            let text = self.read(path).filter(|(_, stored)| stored.is_none());
            let finding = text.and_then(|(text, _)| {
                let error = parse_first(&text).err()?;
                Some(schema::syntax_finding(&text, &error))
            });
            finding.into_iter().collect()
        });
        self.out.findings.extend(findings);
    }

    /// Checks included scrape jobs as a part of the whole, and returns the files with what names
    /// them.
    pub(super) fn scrape_configs<'n>(
        &mut self,
        named: &'n [NamedPath<'n>],
    ) -> Vec<jobs::IncludedJobFiles<'n>> {
        let inherited = self.main.root().and_then(|root| root.get("global"));
        let inherited = inherited.map(|global| self.main.text().slice(global.span()).to_owned());
        let mut included: Vec<jobs::IncludedJobFiles<'n>> = Vec::new();
        for reference in named
            .iter()
            .filter(|named| named.purpose == Purpose::ScrapeConfigs)
        {
            let Matched::Files(files) = &reference.matched else {
                continue;
            };
            let (cache, lookup) = (self.cache, self.lookup);
            let documents = files.documents(|path| cache.read.document(path, lookup));
            files.broken(|| {
                let broken = documents.filter(|(_, document)| document.is_none());
                broken.for_each(|(path, _)| self.broken(path));
            });
            let is_before = |path: &Path| included.iter().any(|other| other.files.contains(path));
            let part = (
                PathBuf::new(),
                inherited.clone(),
                format!("{:?}", self.target),
            );
            let (of_each, is_first) = files.of_each(part, || {
                let numbers = 0..files.files().len();
                let numbers = numbers
                    .filter(|number| self.part(files, *number, inherited.as_ref(), &is_before));
                numbers.collect()
            });
            if !is_first {
                for number in of_each.get().into_iter().flatten() {
                    self.part(files, *number, inherited.as_ref(), &is_before);
                }
            }
            included.push(jobs::IncludedJobFiles {
                by: reference.node,
                files,
            });
        }
        included
    }

    /// Checks a file of scrape jobs as a part of the whole, unless one of the files before is the
    /// same; whether something else is reported about it in each configuration.
    fn part(
        &mut self,
        files: &FileSet,
        number: usize,
        inherited: Option<&String>,
        is_before: &dyn Fn(&Path) -> bool,
    ) -> bool {
        let Some((path, document)) = files.document(number) else {
            return false;
        };
        let target = self.target_of(path);
        let part = (path.to_owned(), inherited.cloned(), format!("{target:?}"));
        let check = || schema::check_included(document, self.main, &target);
        let (findings, of_each) = self.cache.first_findings(part, check);
        // One that two patterns match is reported once.
        if !is_before(path) {
            self.out.findings.extend(findings);
            let root = document.root().and_then(Node::mapping);
            let whole = root.and_then(|root| root.entry("scrape_configs"));
            self.out
                .with_section
                .extend(whole.map(|entry| entry.key.place()));
        }
        of_each
    }
}
