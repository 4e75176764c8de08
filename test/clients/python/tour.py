"""The official Python client against a running cluster: one function a thing; the first that fails ends it."""
import os
import sys
import threading
import time

import yaml
from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import portforward, stream

NS = "client-python"
config.load_kube_config(os.environ["KUBECONFIG"])
core, apps, batch, rbac = client.CoreV1Api(), client.AppsV1Api(), client.BatchV1Api(), client.AuthorizationV1Api()


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: got {got!r}, not {wanted!r}")


def fails_with(status, call, *args, **named):
    try:
        call(*args, **named)
    except ApiException as e:
        expect("status of an error", e.status, status)
        return e
    sys.exit(f"{call.__name__} should have failed with {status}")


def until(what, seconds, check):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"waited in vain for: {what}")


def hello_pod(name, **spec):
    container = {"name": "hello", "image": "skiff/hello", "ports": [{"containerPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [{**container, **spec}]}}


def objects_and_patches():
    made = core.create_namespaced_config_map(NS, {"metadata": {"name": "one", "labels": {"a": "1"}}, "data": {"k": "v"}})
    expect("uid", bool(made.metadata.uid), True)
    fails_with(409, core.create_namespaced_config_map, NS, {"metadata": {"name": "one"}})
    fails_with(404, core.read_namespaced_config_map, "none", NS)
    error = fails_with(422, core.create_namespaced_config_map, NS, {"metadata": {"name": "Not_A_Name"}})
    expect("body of an error", '"reason":"Invalid"' in error.body.replace(" ", ""), True)
    expect("list by label", [c.metadata.name for c in core.list_namespaced_config_map(NS, label_selector="a=1").items], ["one"])
    for n in range(5):
        core.create_namespaced_config_map(NS, {"metadata": {"name": f"page-{n}", "labels": {"page": "yes"}}})
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map(NS, label_selector="page=yes", limit=2, _continue=token)
        names += [c.metadata.name for c in page.items]
        token = page.metadata._continue
        if not token:
            break
    expect("pages", names, [f"page-{n}" for n in range(5)])
    merged = core.patch_namespaced_config_map("one", NS, {"data": {"k": None, "n": "2"}}, _content_type="application/merge-patch+json")
    expect("merge patch", merged.data, {"n": "2"})
    added = core.patch_namespaced_config_map("one", NS, [{"op": "add", "path": "/data/j", "value": "3"}])
    expect("JSON patch", added.data, {"n": "2", "j": "3"})
    made.data = {"late": "yes"}
    fails_with(409, core.replace_namespaced_config_map, "one", NS, made)
    core.delete_collection_namespaced_config_map(NS, label_selector="page=yes")
    expect("delete collection", core.list_namespaced_config_map(NS, label_selector="page=yes").items, [])
    secret = core.create_namespaced_secret(NS, client.V1Secret(metadata={"name": "s"}, string_data={"p": "q"}))
    expect("string data", secret.data, {"p": "cQ=="})
    expect("dry run", core.create_namespaced_secret(NS, {"metadata": {"name": "dry"}}, dry_run="All").metadata.name, "dry")
    fails_with(404, core.read_namespaced_secret, "dry", NS)


def deployments():
    web = {"metadata": {"name": "web"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"labels": {"app": "web"}}, "spec": hello_pod("web")["spec"]}}}
    apps.create_namespaced_deployment(NS, web)
    # The default patch of this client is the strategic one: containers merge by name.
    env = {"spec": {"template": {"spec": {"containers": [{"name": "hello", "env": [{"name": "A", "value": "1"}]}]}}}}
    patched = apps.patch_namespaced_deployment("web", NS, env)
    expect("strategic patch", [c.image for c in patched.spec.template.spec.containers], ["skiff/hello"])
    scale = apps.patch_namespaced_deployment_scale("web", NS, {"spec": {"replicas": 2}})
    expect("scale", scale.spec.replicas, 2)
    until("two ready replicas", 60, lambda: (d := apps.read_namespaced_deployment("web", NS)).status.ready_replicas == 2
          and d.status.observed_generation == d.metadata.generation and d.status.updated_replicas == 2)
    apps.delete_namespaced_deployment("web", NS, propagation_policy="Foreground")
    until("the deployment's end", 60, lambda: not core.list_namespaced_pod(NS, label_selector="app=web").items)


def server_side_apply():
    dyn = dynamic.DynamicClient(client.ApiClient())
    maps = dyn.resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}}
    maps.server_side_apply(body=body, namespace=NS, field_manager="one")
    body["data"] = {"a": "2"}
    try:
        maps.server_side_apply(body=body, namespace=NS, field_manager="two")
        sys.exit("an apply over another's field should have failed")
    except dynamic.exceptions.ConflictError as e:
        expect("conflict", "conflict with" in str(e.body), True)
    forced = maps.server_side_apply(body=body, namespace=NS, field_manager="two", force_conflicts=True)
    expect("forced apply", forced.data["a"], "2")
    expect("managers", sorted(m.manager for m in forced.metadata.managedFields), ["two"])
    again = core.patch_namespaced_config_map("applied", NS, {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "3"}},
                                             field_manager="two", force=True, _content_type="application/apply-patch+yaml")
    expect("apply of the typed client", again.data, {"a": "3"})
    utils.create_from_yaml(client.ApiClient(), yaml_objects=list(yaml.safe_load_all(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: from-yaml}, data: {x: y}}")), namespace=NS)
    expect("create_from_yaml", core.read_namespaced_config_map("from-yaml", NS).data, {"x": "y"})


def watches():
    first = core.list_namespaced_config_map(NS)
    seen, w = [], watch.Watch()

    def follow():
        for event in w.stream(core.list_namespaced_config_map, NS, resource_version=first.metadata.resource_version, timeout_seconds=30):
            seen.append((event["type"], event["object"].metadata.name))
            if event["type"] == "DELETED":
                w.stop()

    thread = threading.Thread(target=follow)
    thread.start()
    core.create_namespaced_config_map(NS, {"metadata": {"name": "watched"}})
    core.patch_namespaced_config_map("watched", NS, {"data": {"a": "b"}})
    core.delete_namespaced_config_map("watched", NS)
    thread.join(30)
    expect("watch", seen, [("ADDED", "watched"), ("MODIFIED", "watched"), ("DELETED", "watched")])


def pods():
    core.create_namespaced_pod(NS, hello_pod("hello"))
    for event in watch.Watch().stream(core.list_namespaced_pod, NS, field_selector="metadata.name=hello", timeout_seconds=60):
        if event["object"].status.phase == "Running":
            break
    run = stream(core.connect_get_namespaced_pod_exec, "hello", NS, command=["/skiff", "version"], stdout=True, stderr=True)
    expect("exec", run.startswith("skiff "), True)
    session = stream(core.connect_get_namespaced_pod_exec, "hello", NS, command=["/skiff", "no-such-verb"], stdout=True, stderr=True,
                     _preload_content=False)
    session.run_forever(timeout=20)
    expect("exit code of exec", session.returncode not in (0, None), True)
    expect("standard error of exec", "no-such-verb" in session.read_stderr(), True)
    tty = stream(core.connect_get_namespaced_pod_exec, "hello", NS, command=["/skiff", "version"], stdout=True, stdin=True, tty=True,
                 _preload_content=False)
    tty.run_forever(timeout=20)
    expect("terminal of exec", "skiff " in tty.read_stdout(), True)
    expect("logs", core.read_namespaced_pod_log("hello", NS), "hello: listening on port 8080\n")

    lines = []

    def follow():
        for line in watch.Watch().stream(core.read_namespaced_pod_log, "hello", NS):
            lines.append(line)

    follower = threading.Thread(target=follow)
    follower.start()
    expect("port forward", "Hello from skiff!" in forwarded("/by-python"), True)
    until("the request in the followed log", 20, lambda: any("/by-python" in line for line in lines))
    proxied = core.connect_get_namespaced_pod_proxy_with_path("hello:8080", NS, "through/proxy")
    expect("pod proxy", "GET /through/proxy" in proxied, True)
    core.delete_namespaced_pod("hello", NS)
    follower.join(20)
    expect("end of the followed log", follower.is_alive(), False)
    until("the pod's end", 30, lambda: not core.list_namespaced_pod(NS, field_selector="metadata.name=hello").items)


def forwarded(path):
    forward = portforward(core.connect_get_namespaced_pod_portforward, "hello", NS, ports="8080")
    http = forward.socket(8080)
    http.setblocking(True)
    http.settimeout(20)
    http.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = b""
    while chunk := http.recv(4096):
        answer += chunk
    http.close()
    expect("error of the port forward", forward.error(8080), None)
    return answer.decode()


def jobs_and_reviews():
    job = {"metadata": {"name": "once"}, "spec": {"template": {"spec": {**hello_pod("x", command=["/skiff", "version"])["spec"], "restartPolicy": "Never"}}}}
    batch.create_namespaced_job(NS, job)
    until("the job", 60, lambda: batch.read_namespaced_job("once", NS).status.succeeded == 1)
    review = rbac.create_self_subject_access_review({"spec": {"resourceAttributes": {"verb": "create", "resource": "pods", "namespace": NS}}})
    expect("self subject access review", review.status.allowed, True)
    expect("events", any(e.involved_object.name == "hello" and e.reason == "Started" for e in core.list_namespaced_event(NS).items), True)
    expect("version", client.VersionApi().get_code().minor, "34")
    custom = client.CustomObjectsApi()
    crd = {"metadata": {"name": "boats.py.skiff.test"}, "spec": {"group": "py.skiff.test", "scope": "Namespaced",
           "names": {"plural": "boats", "singular": "boat", "kind": "Boat"}, "versions": [{"name": "v1", "served": True, "storage": True,
           "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
               "spec": {"type": "object", "properties": {"length": {"type": "integer", "minimum": 1}}},
               "status": {"type": "object", "properties": {"afloat": {"type": "boolean"}}}}}}}]}}
    client.ApiextensionsV1Api().create_custom_resource_definition(crd)
    boat = {"apiVersion": "py.skiff.test/v1", "kind": "Boat", "metadata": {"name": "b"}, "spec": {"length": 3}}
    place = ("py.skiff.test", "v1", NS, "boats")
    until("the new kind", 10, lambda: "items" in custom.list_namespaced_custom_object(*place))
    custom.create_namespaced_custom_object(*place, boat)
    fails_with(422, custom.create_namespaced_custom_object, *place, {**boat, "metadata": {"name": "c"}, "spec": {"length": 0}})
    done = custom.patch_namespaced_custom_object_status(*place, "b", {"status": {"afloat": True}}, _content_type="application/merge-patch+json")
    expect("status of a custom object", done["status"], {"afloat": True})
    client.ApiextensionsV1Api().delete_custom_resource_definition("boats.py.skiff.test")


def leader_election():
    led = threading.Event()
    setup = electionconfig.Config(ConfigMapLock("lead", NS, "me"), lease_duration=3, renew_deadline=2, retry_period=1,
                                  onstarted_leading=led.set, onstopped_leading=lambda: None)
    threading.Thread(target=leaderelection.LeaderElection(setup).run, daemon=True).start()
    expect("leader election", led.wait(10), True)


core.create_namespace({"metadata": {"name": NS}})
until("the service account", 10, lambda: core.list_namespaced_service_account(NS).items)
for part in (objects_and_patches, deployments, server_side_apply, watches, pods, jobs_and_reviews, leader_election):
    part()
    print("ok", part.__name__, flush=True)
core.delete_namespace(NS)
until("the namespace's end", 60, lambda: not core.list_namespace(field_selector=f"metadata.name={NS}").items)
print("python: done", flush=True)
os._exit(0)   # the election's thread has no end of its own
