// The Rust client (kube) against a running cluster: one function a thing; the first that fails ends it.
use anyhow::{ensure, Context, Result};
use futures::{AsyncBufReadExt, StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod, ServiceAccount};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{
    Api, ApiResource, AttachParams, DeleteParams, DynamicObject, GroupVersionKind, ListParams, LogParams, Patch, PatchParams, PostParams, PropagationPolicy, WatchEvent,
    WatchParams,
};
use kube::runtime::{conditions, wait::await_condition, watcher};
use kube::{Client, ResourceExt};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NS: &str = "client-rust";

fn hello_spec() -> serde_json::Value {
    json!({"terminationGracePeriodSeconds": 1, "containers": [{"name": "hello", "image": "skiff/hello", "ports": [{"containerPort": 8080}]}]})
}

fn of<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}

fn code<T>(result: kube::Result<T>) -> u16 {
    match result {
        Err(kube::Error::Api(status)) => status.code,
        _ => 0,
    }
}

async fn objects_and_patches(client: Client) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client, NS);
    let post = PostParams::default();
    let one: ConfigMap = of(json!({"metadata": {"name": "one", "labels": {"a": "1"}}, "data": {"k": "v"}}))?;
    maps.create(&post, &one).await?;
    ensure!(code(maps.create(&post, &one).await) == 409, "a second create");
    ensure!(code(maps.get("none").await) == 404, "get of nothing");
    ensure!(maps.list(&ListParams::default().labels("a=1")).await?.items.len() == 1, "list");
    ensure!(maps.get_metadata("one").await?.name_any() == "one", "metadata only");
    let merged = maps.patch("one", &PatchParams::default(), &Patch::Merge(json!({"data": {"k": null, "n": "2"}}))).await?;
    ensure!(merged.data.context("data")?.into_iter().collect::<Vec<_>>() == [("n".to_string(), "2".to_string())], "merge patch");
    let apply = |manager: &str, value: &str| (PatchParams::apply(manager), json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": value}}));
    let (params, body) = apply("one", "1");
    maps.patch("applied", &params, &Patch::Apply(body)).await?;
    let (params, body) = apply("two", "2");
    ensure!(code(maps.patch("applied", &params, &Patch::Apply(&body)).await) == 409, "an apply over another's field");
    let forced = maps.patch("applied", &params.force(), &Patch::Apply(&body)).await?;
    ensure!(forced.managed_fields().iter().map(|m| m.manager.as_deref()).collect::<Vec<_>>() == [Some("two")], "managers");
    let mut stale = maps.get("applied").await?;
    stale.metadata.resource_version = Some("1".into());
    ensure!(code(maps.replace("applied", &post, &stale).await) == 409, "a stale replace");
    Ok(())
}

async fn deployments(client: Client) -> Result<()> {
    let api: Api<Deployment> = Api::namespaced(client.clone(), NS);
    let web = json!({"metadata": {"name": "web"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": hello_spec()}}});
    api.create(&PostParams::default(), &of(web)?).await?;
    let env = json!({"spec": {"template": {"spec": {"containers": [{"name": "hello", "env": [{"name": "A", "value": "1"}]}]}}}});
    let patched = api.patch("web", &PatchParams::default(), &Patch::Strategic(env)).await?;
    let containers = patched.spec.context("spec")?.template.spec.context("pod")?.containers;
    ensure!(containers.len() == 1 && containers[0].image.as_deref() == Some("skiff/hello"), "strategic patch");
    api.patch_scale("web", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 2}}))).await?;
    let rolled = |d: Option<&Deployment>| {
        d.and_then(|d| d.status.as_ref()).is_some_and(|s| s.ready_replicas == Some(2) && s.updated_replicas == Some(2) && s.replicas == Some(2))
    };
    await_condition(api.clone(), "web", rolled).await?;
    api.restart("web").await?;
    api.delete("web", &DeleteParams { propagation_policy: Some(PropagationPolicy::Foreground), ..Default::default() }).await?;
    await_condition(api, "web", |d: Option<&Deployment>| d.is_none()).await?;
    Ok(())
}

async fn watches(client: Client) -> Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(client, NS);
    let version = maps.list(&ListParams::default()).await?.metadata.resource_version.context("revision")?;
    let mut events = maps.watch(&WatchParams::default().timeout(60), &version).await?.boxed();
    let lists = watcher::Config::default();
    let streams = watcher::Config::default().streaming_lists();
    let mut informed = [watcher(maps.clone(), lists).boxed(), watcher(maps.clone(), streams).boxed()];
    for informer in &mut informed {
        while !matches!(informer.try_next().await?, Some(watcher::Event::InitDone)) {}
    }
    maps.create(&PostParams::default(), &of(json!({"metadata": {"name": "watched"}}))?).await?;
    maps.patch("watched", &PatchParams::default(), &Patch::Merge(json!({"data": {"a": "b"}}))).await?;
    maps.delete("watched", &DeleteParams::default()).await?;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        match events.try_next().await?.context("the watch ended")? {
            WatchEvent::Added(_) => seen.push("added"),
            WatchEvent::Modified(_) => seen.push("modified"),
            WatchEvent::Deleted(_) => seen.push("deleted"),
            _ => {}
        }
    }
    ensure!(seen == ["added", "modified", "deleted"], "watch: {seen:?}");
    for informer in &mut informed {
        while !matches!(informer.try_next().await?, Some(watcher::Event::Delete(_))) {}
    }
    Ok(())
}

async fn pods(client: Client) -> Result<()> {
    let api: Api<Pod> = Api::namespaced(client, NS);
    api.create(&PostParams::default(), &of(json!({"metadata": {"name": "hello"}, "spec": hello_spec()}))?).await?;
    await_condition(api.clone(), "hello", conditions::is_pod_running()).await?;

    let mut run = api.exec("hello", ["/skiff", "version"], &AttachParams::default().stderr(false)).await?;
    let mut out = String::new();
    run.stdout().context("stdout")?.read_to_string(&mut out).await?;
    ensure!(out.starts_with("skiff "), "exec: {out}");
    run.join().await?;
    let mut bad = api.exec("hello", ["/skiff", "no-such-verb"], &AttachParams::default().stdout(false)).await?;
    let status = bad.take_status().context("status")?;
    let mut err = String::new();
    bad.stderr().context("stderr")?.read_to_string(&mut err).await?;
    let status = status.await.context("a status")?;
    ensure!(err.contains("no-such-verb") && status.reason.as_deref() == Some("NonZeroExitCode"), "a failing exec: {err} {status:?}");

    let mut lines = api.log_stream("hello", &LogParams { follow: true, ..Default::default() }).await?.lines();
    ensure!(lines.try_next().await?.as_deref() == Some("hello: listening on port 8080"), "logs");
    let mut forward = api.portforward("hello", &[8080]).await?;
    let mut port = forward.take_stream(8080).context("port")?;
    port.write_all(b"GET /by-rust HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    port.read_to_end(&mut answer).await?;
    ensure!(String::from_utf8_lossy(&answer).contains("Hello from skiff!"), "port forward");
    drop(port);
    // The pod's end has closed the WebSocket: this library then answers with a second close frame, which its own WebSocket refuses.
    let _ = forward.join().await;
    ensure!(lines.try_next().await?.is_some_and(|l| l.contains("/by-rust")), "followed log");
    api.delete("hello", &DeleteParams::default()).await?;
    while lines.try_next().await?.is_some() {}
    await_condition(api, "hello", |p: Option<&Pod>| p.is_none()).await?;
    Ok(())
}

async fn custom_resources(client: Client) -> Result<()> {
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    let crd = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "boats.rust.skiff.test"},
        "spec": {"group": "rust.skiff.test", "scope": "Namespaced", "names": {"plural": "boats", "singular": "boat", "kind": "Boat"},
        "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
            "spec": {"type": "object", "properties": {"length": {"type": "integer", "minimum": 1}}},
            "status": {"type": "object", "properties": {"afloat": {"type": "boolean"}}}}}}}]}});
    crds.patch("boats.rust.skiff.test", &PatchParams::apply("tour"), &Patch::Apply(crd)).await?;
    await_condition(crds.clone(), "boats.rust.skiff.test", conditions::is_crd_established()).await?;
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("rust.skiff.test", "v1", "Boat"));
    let boats: Api<DynamicObject> = Api::namespaced_with(client, NS, &kind);
    boats.create(&PostParams::default(), &DynamicObject::new("b", &kind).data(json!({"spec": {"length": 3}}))).await?;
    ensure!(code(boats.create(&PostParams::default(), &DynamicObject::new("c", &kind).data(json!({"spec": {"length": 0}}))).await) == 422, "validation");
    let done = boats.patch_status("b", &PatchParams::default(), &Patch::Merge(json!({"status": {"afloat": true}}))).await?;
    ensure!(done.data["status"]["afloat"] == true, "status");
    crds.delete("boats.rust.skiff.test", &DeleteParams::default()).await?;
    Ok(())
}

async fn tour() -> Result<()> {
    let client = Client::try_default().await?;
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.create(&PostParams::default(), &of(json!({"metadata": {"name": NS}}))?).await?;
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), NS);
    await_condition(accounts, "default", |a: Option<&ServiceAccount>| a.is_some()).await?;
    objects_and_patches(client.clone()).await.context("objects_and_patches")?;
    deployments(client.clone()).await.context("deployments")?;
    watches(client.clone()).await.context("watches")?;
    pods(client.clone()).await.context("pods")?;
    custom_resources(client.clone()).await.context("custom_resources")?;
    ensure!(client.apiserver_version().await?.minor == "34", "version");
    namespaces.delete(NS, &DeleteParams::default()).await?;
    await_condition(namespaces, NS, |n: Option<&Namespace>| n.is_none()).await?;
    println!("rust: done");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    tokio::time::timeout(Duration::from_secs(180), tour()).await?
}
