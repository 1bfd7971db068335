use super::*;

#[test]
fn endpoints_of_other_programs_are_found() {
    for (name, content, expected) in [
        (
            "vector.toml",
            "[sinks.a]\ntype = \"prometheus_remote_write\"\n",
            1,
        ),
        (
            "vector.toml",
            "[sources.a]\ntype = \"prometheus_remote_write\"\n",
            0,
        ),
        (
            "telegraf.conf",
            "[[outputs.http]]\n  data_format = \"prometheusremotewrite\"\n",
            1,
        ),
        (
            "telegraf.conf",
            "[[inputs.http_listener_v2]]\n  data_format = \"prometheusremotewrite\"\n",
            0,
        ),
        (
            "fluent-bit.conf",
            "[OUTPUT]\n    Name prometheus_remote_write\n",
            1,
        ),
        (
            "fluent-bit.conf",
            "[INPUT]\n    Name prometheus_remote_write\n",
            0,
        ),
        (
            "exporting.conf",
            "[prometheus_remote_write:a]\n    destination = b\n",
            1,
        ),
        (
            "a.service",
            "ExecStart=/vmagent -remoteWrite.url=http://a\n",
            1,
        ),
        (
            "main.tf",
            "    name  = \"prometheus.prometheusSpec.remoteWrite[0].url\"\n",
            1,
        ),
        (
            "main.tf",
            "  values = [<<-E\n    remote_write:\n    - url: a\n  E\n  ]\n",
            1,
        ),
        (
            "main.tf",
            "  enable_remote_write = true\n  url = \"https://a/api/v1/remote_write\"\n",
            0,
        ),
        (
            "main.tf",
            "# remote_write: a\nresource \"a\" \"remote_write\" {}\n",
            0,
        ),
        (
            "a.nix",
            "services.prometheus.remoteWrite = [ { url = \"a\"; } ];\n",
            1,
        ),
        ("a.nix", "services.prometheus.remoteWrite = [];\n", 0),
        (
            "a.nix",
            "services.prometheus.scrapeConfigs = [ { job_name = \"a\"; } ];\n",
            0,
        ),
        ("main.tf", "  remote_write = null\n", 0),
        (
            "a.libsonnet",
            "  spec+: { remoteWrite+: [{ url: 'a' }] },\n",
            1,
        ),
        ("a.yaml", "remote_write:\n", 0),
        (
            "install.sh",
            "tee a.alloy <<'E'\nprometheus.remote_write \"a\" {\n}\nE\n",
            1,
        ),
        ("run.sh", "cat > p.yml <<E\nremote_write:\n- url: a\nE\n", 1),
        ("run.sh", "# remote_write:\nREMOTE_WRITE_URL=a\n", 0),
    ] {
        assert_eq!(senders(name, content).len(), expected, "{name} {content}");
    }
}
