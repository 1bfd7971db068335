use super::super::{Loss, loss, tree};
use super::NEWEST;

fn lost(text: &str, label: &str) -> Option<Loss> {
    let tree = tree(text, NEWEST).expect(text);
    loss(tree.root().unwrap(), text, label)
}

#[test]
fn lost_labels_are_found_with_their_reason() {
    for (text, label, reason) in [
        ("sum(a)", "x", Loss::Aggregated),
        ("sum by () (a)", "x", Loss::Aggregated),
        ("sum by (job, \"y\") (a) > 1", "x", Loss::By),
        ("max(a) by (job)", "x", Loss::By),
        ("1 - sum by (job) (a) > 1", "x", Loss::By),
        ("sum by (x) (sum by (job) (a))", "x", Loss::By),
        ("count_values by (job) (\"y\", a)", "x", Loss::By),
        ("avg without (x, y) (a)", "x", Loss::Without),
        ("topk(3, avg without (x) (a))", "x", Loss::Without),
        ("avg without (y) (sum without (x) (a))", "x", Loss::Without),
        ("avg without (y) (a)", "__name__", Loss::Name),
        ("rate(a[5m]) > 1", "__name__", Loss::Name),
        ("-a", "__name__", Loss::Name),
        ("a / 2", "__name__", Loss::Name),
        ("a > bool 2", "__name__", Loss::Name),
        ("a > on (job) b", "__name__", Loss::On),
        ("a / on (job) b > 0.5", "x", Loss::On),
        ("a / on () b", "x", Loss::On),
        ("a == ignoring (x) b", "x", Loss::Ignoring),
        ("a / sum by (job) (b)", "x", Loss::OneSide),
        ("a / ignoring (y) sum by (job) (b)", "x", Loss::OneSide),
        (
            "sum by (job) (a) * on (job) group_left (y) b",
            "x",
            Loss::By,
        ),
        (
            "a * on (job) group_right (y) sum by (job) (b)",
            "x",
            Loss::By,
        ),
        (
            "a * on (job) group_left (x) sum by (job) (b)",
            "x",
            Loss::By,
        ),
        (
            "a * on (x) group_left () sum by (job) (b)",
            "x",
            Loss::OneSide,
        ),
        ("sum by (job) (a) and on (job) b", "x", Loss::By),
        ("sum by (job) (a) unless b", "x", Loss::By),
        ("sum by (job) (a) or vector(0)", "x", Loss::By),
        ("absent(a{job=\"b\"})", "x", Loss::Absent),
        ("absent(a{x=~\"b\"})", "x", Loss::Absent),
        ("absent(a{x=\"b\", x!=\"c\"} offset 5m)", "x", Loss::Absent),
        ("absent(sum(a{x=\"b\"}))", "x", Loss::Absent),
        ("absent_over_time(a[5m])", "x", Loss::Absent),
        (
            "histogram_quantile(0.9, sum by (le, job) (rate(b[5m])))",
            "x",
            Loss::By,
        ),
        (
            "histogram_quantile(0.9, rate(b[5m])) > 1",
            "le",
            Loss::Buckets,
        ),
        ("time() - max(a) > 1", "x", Loss::Aggregated),
        ("max(a) < time() - 3600", "x", Loss::Aggregated),
        ("max_over_time(sum by (job) (a)[5m:1m])", "x", Loss::By),
        (
            "quantile_over_time(0.9, sum by (job) (a)[5m:1m])",
            "x",
            Loss::By,
        ),
        ("vector(1)", "x", Loss::Number),
        ("time() > 5", "x", Loss::Number),
        ("hour() > 5", "x", Loss::Number),
        (
            "label_replace(sum(a), \"y\", \"$1\", \"x\", \"(.*)\")",
            "x",
            Loss::Aggregated,
        ),
        ("a{x=\"\"}", "x", Loss::Excluded),
        ("sum(a) # by (x)\n", "x", Loss::Aggregated),
        ("sum(a) by # without\n (y)", "x", Loss::By),
    ] {
        assert_eq!(lost(text, label), Some(reason), "{label} in {text}");
    }
}

#[test]
fn labels_that_may_be_there_are_not_lost() {
    for (text, label) in [
        ("a", "x"),
        ("a", "__name__"),
        ("a > 1", "__name__"),
        ("a and b", "__name__"),
        ("a{x!=\"\"}", "x"),
        ("sum by (x) (a)", "x"),
        ("sum by (\"x\") (a)", "x"),
        ("SUM BY (x) (a)", "x"),
        ("sum without (y) (a)", "x"),
        ("topk by (job) (3, a)", "x"),
        ("count_values(\"x\", a)", "x"),
        ("label_join(sum(a), \"x\", \"-\", \"b\")", "x"),
        ("label_replace(sum(a), \"x\", \"$1\", \"y\", \"(.*)\")", "x"),
        ("a / b", "x"),
        ("a / on (x) b", "x"),
        ("a / on (job) group_left () b", "x"),
        ("b / on (job) group_right () a", "x"),
        ("a * on (job) group_left (x) b", "x"),
        ("sum by (job) (a) * on (job) group_left (x) b", "x"),
        ("a / ignoring (x) group_left b", "x"),
        ("a / ignoring (x) group_left sum by (job) (b)", "x"),
        ("a and on (job) sum by (job) (b)", "x"),
        ("a unless sum by (job) (b)", "x"),
        ("sum(a) or b", "x"),
        ("absent(a{x=\"b\"})", "x"),
        ("absent(a{x=\"b\"} offset 5m)", "x"),
        ("absent_over_time(a{x=\"b\"}[5m])", "x"),
        ("histogram_quantile(0.9, rate(b[5m]))", "x"),
        ("last_over_time(a[5m])", "__name__"),
        ("time() - a > 1", "x"),
        ("rate(a[5m]) / 100 > 1", "x"),
        ("info(sum(a))", "x"),
        ("some_function(sum(a))", "x"),
        ("sort_desc(a)", "__name__"),
    ] {
        assert_eq!(lost(text, label), None, "{label} in {text}");
    }
}
