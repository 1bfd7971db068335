use super::*;

fn found(source: &str) -> Vec<Mentioned> {
    let text = Text::new("x", source.as_bytes().to_vec());
    let found = mentions(&text, &[]).into_iter();
    found.map(|hit| hit.what).collect()
}

#[test]
fn starts_are_found_in_any_text() {
    let started = |path: &str| Mentioned::Started(path.to_owned());
    for (source, expected) in [
        (
            "[Service]\nExecStart=/usr/bin/prometheus --config.file=/srv/x.cfg\n",
            vec![started("/srv/x.cfg")],
        ),
        (
            "exec prometheus \\\n  --config.file \"$CONFIG\"\n",
            vec![Mentioned::Variable],
        ),
        (
            "[Container]\nImage=docker.io/prom/prometheus\nVolume=./x.cfg:/y:ro\nExec=--config.file=/y\n",
            vec![started("./x.cfg")],
        ),
        (
            "docker run -v $PWD/x.cfg:/etc/prometheus/prometheus.yml prom/prometheus\n",
            vec![started("$PWD/x.cfg")],
        ),
        (
            "docker run --mount type=bind,src=./x.cfg,dst=/etc/prometheus/prometheus.yml a\n",
            vec![started("./x.cfg")],
        ),
        (
            "cp x.cfg /etc/prometheus/prometheus.yml\n",
            vec![Mentioned::Copied("x.cfg".to_owned())],
        ),
        (
            "image: prom/prometheus\nargs:\n- --config.file\n- /x\n",
            vec![started("/x")],
        ),
        (
            "image: vmagent\nargs: [-envflag.enable]\n",
            vec![Mentioned::Environment],
        ),
    ] {
        assert_eq!(found(source), expected, "{source}");
    }
}

#[test]
fn other_programs_and_comments_are_left_alone() {
    for source in [
        "image: prom/prometheus\n---\nimage: prom/alertmanager\nargs: [--config.file=/a.yml]\n",
        "ExecStart=/usr/bin/prometheus-alertmanager --config.file=/etc/prometheus/a.yml\n",
        "image: grafana/loki\nargs:\n- -config.file=/etc/x.yaml\n",
        "# prometheus --config.file=/x\n",
        "prometheus --web.config.file=/x --config.files=/y\n",
        "image: victoriametrics/victoria-metrics\nargs: [-envflag.enable]\n",
        "- config.file=x prometheus\n",
    ] {
        assert_eq!(found(source), [], "{source}");
    }
}
