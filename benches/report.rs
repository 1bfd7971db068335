//! Reports of a thousand findings.

mod support;

use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use promvet::report::{Options, OutcomeFormat};
use promvet::run::{Request, run};
use promvet::source::Memory;

fn report(criterion: &mut Criterion) {
    let tree = (0..1000).fold(Memory::new(), |tree, number| {
        let config =
            support::configuration(number).replace("bearer_token_file: token", "name: again");
        tree.file(format!("/tree/{number}/prometheus.yml"), config)
    });
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        ..Request::default()
    };
    let outcome = run(&request, &tree).outcome;
    let mut group = criterion.benchmark_group("report");
    group.sample_size(10);
    for format in OutcomeFormat::all() {
        group.bench_function(format.name(), |bencher| {
            bencher.iter(|| {
                let mut out = Vec::new();
                format
                    .write(&outcome, &mut out, &Options::default())
                    .map(|()| out.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, report);
criterion_main!(benches);
