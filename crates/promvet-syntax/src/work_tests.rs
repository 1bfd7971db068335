//! The work for an input grows as its length does.

use promvet_text::work;

use crate::{go, pem, promql};

/// The most that the work may grow when the input is doubled: twice, and a little for what is
/// rounded.
const MOST: f64 = 2.3;

fn ratio(work: impl Fn(usize)) -> f64 {
    let of = |size| work::of(|| work(size)).1;
    let (small, large) = (of(1000), of(2000));
    assert!(small >= 1000, "{small}: nothing is counted");
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let ratio = large as f64 / small as f64;
    ratio
}

#[test]
fn chains_of_promql_cost_what_they_are_long() {
    for link in ["[1m:1m]", " offset 1m", "[1m]", " @ 1", " + rate(a)"] {
        let ratio = ratio(|size| {
            let text = format!("up{}", link.repeat(size));
            let faults = promql::check(&text, promql::PromqlRelease::of(3, 14));
            assert!(faults.len() <= 20, "{link}: {}", faults.len());
        });
        assert!(ratio < MOST, "{link}: {ratio}");
    }
}

#[test]
fn blocks_of_pem_cost_what_they_are_long() {
    for block in [
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN ",
        "-----BEGIN A-----\n-----END B-----\n",
        "-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    ] {
        let ratio = ratio(|size| {
            let file = block.repeat(size);
            let _ = pem::check(pem::PemRole::Authorities, file.as_bytes(), 0);
        });
        assert!(ratio < MOST, "{block}: {ratio}");
    }
}

/// Works with 1 MiB of stack.
fn with_little_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    assert!(thread.spawn(work).unwrap().join().is_ok());
}

#[test]
fn deep_templates_need_little_stack() {
    for (open, link) in [
        ("{{if 1}}", "{{else if 1}}"),
        ("", "{{with 1}}"),
        ("{{ ", "("),
    ] {
        let text = format!("{open}{}", link.repeat(50_000));
        with_little_stack(move || assert_eq!(go::template::check(&text, (3, 14)), Ok(())));
    }
}

#[test]
fn deep_promql_needs_little_stack() {
    for (deep, faults) in [
        ("(", 0),
        ("-", 0),
        ("sum(", 0),
        ("a[(", 1),
        ("2^", 0),
        ("sum by (a) (", 0),
    ] {
        let text = deep.repeat(50_000);
        with_little_stack(move || {
            assert_eq!(
                promql::check(&text, promql::PromqlRelease::of(3, 14)).len(),
                faults
            );
        });
    }
}

#[test]
fn deep_patterns_need_little_stack() {
    for deep in ["(", "(?:", "[[", "(a*", "a|("] {
        let text = deep.repeat(50_000);
        with_little_stack(move || {
            assert!(go::regex(&text, go::Go::of_prometheus(3, 14)).is_err());
        });
    }
}
