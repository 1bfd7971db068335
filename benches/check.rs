//! A whole check of one configuration and of a thousand, in memory.

mod support;

use std::path::PathBuf;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use promvet::run::{Request, run};
use promvet::source::Memory;

fn tree(count: usize) -> Memory {
    (0..count).fold(Memory::new(), |tree, number| {
        tree.file(
            format!("/tree/{number}/prometheus.yml"),
            support::configuration(number),
        )
        .file(format!("/tree/{number}/token"), "a.b.c")
    })
}

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    for count in [1, 100] {
        let tree = tree(count);
        let request = Request {
            paths: vec![PathBuf::from("/tree")],
            threads: 1,
            ..Request::default()
        };
        group.bench_function(format!("{count} configurations"), |bencher| {
            bencher.iter_batched(|| (), |()| run(&request, &tree), BatchSize::SmallInput);
        });
    }
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
