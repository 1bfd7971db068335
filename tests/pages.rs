//! Runs the examples of every rule page, with all rules on.

use promvet::cli::examples::run;
use promvet::rules::{self, example};

#[test]
fn every_example_gives_the_findings_that_it_marks_and_no_others() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in rules::all() {
        for example in example::examples(page.text) {
            count += 1;
            let difference = run(&example, page.name);
            if !difference.is_none() {
                let (name, line) = (page.name, example.line);
                wrong.push(format!("rules/{name}.md:{line}\n{difference:#?}"));
            }
        }
    }
    assert!(count > 0);
    assert!(
        wrong.is_empty(),
        "{} of {count} examples:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_page_has_a_bad_and_a_good_example() {
    for page in rules::all() {
        let examples = example::examples(page.text);
        let needs_files = page.name == "credentials/unreadable";
        assert!(
            needs_files || examples.iter().any(|one| one.bad),
            "{} has no bad example",
            page.name
        );
        assert!(
            examples.iter().any(|one| !one.bad),
            "{} has no good example",
            page.name
        );
    }
}
