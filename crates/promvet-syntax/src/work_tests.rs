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
            let faults = promql::check(&text, promql::Dialect::of(3, 14));
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
            let _ = pem::check(pem::Role::Authorities, file.as_bytes(), 0);
        });
        assert!(ratio < MOST, "{block}: {ratio}");
    }
}

#[test]
fn a_chain_of_else_if_needs_little_stack() {
    let text = format!("{{{{if 1}}}}{}{{{{end}}}}", "{{else if 1}}".repeat(50_000));
    let parens = format!("{{{{ {} }}}}", "(".repeat(50_000));
    let read = move || {
        let _ = (
            go::template::check(&text, (3, 14)),
            go::template::check(&parens, (3, 14)),
        );
        for deep in ["(", "-", "sum(", "a[(", "2^"] {
            let _ = promql::check(&deep.repeat(50_000), promql::Dialect::of(3, 14));
        }
        for deep in ["(", "(?:", "[", "[[", "(a*"] {
            let _ = go::regex(&deep.repeat(50_000), go::Go::of_prometheus(3, 14));
        }
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    assert!(thread.spawn(read).unwrap().join().is_ok());
}
