//! Text → tree, against the bare events of the parser below it.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use promvet::finding::Text;
use promvet::yaml::parse_first;

fn events(source: &str) -> usize {
    let mut parser = libyaml_safer::Parser::new();
    let mut bytes = source.as_bytes();
    parser.set_input_string(&mut bytes);
    parser
        .map(|event| event.map_or(0, |event| usize::from(event.end_mark.index > 0)))
        .sum()
}

fn parse(criterion: &mut Criterion) {
    let source = support::configuration(0);
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(source.len() as u64));
    group.bench_function("events", |bencher| {
        bencher.iter(|| events(black_box(&source)))
    });
    group.bench_function("tree", |bencher| {
        bencher.iter(|| {
            parse_first(&Text::new("a.yml", black_box(source.as_bytes().to_vec()))).is_ok()
        });
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
