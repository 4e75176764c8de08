// The official Java client against a running cluster: one method a thing; the first that fails ends it.
import com.google.gson.JsonObject;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.*;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Yaml;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

public class Tour {
    static final String NS = "client-java";
    final ApiClient client;
    final CoreV1Api core;
    final AppsV1Api apps;

    Tour() throws Exception {
        client = Config.defaultClient();
        client.setReadTimeout(0);
        core = new CoreV1Api(client);
        apps = new AppsV1Api(client);
    }

    static void expect(String what, boolean holds, Object seen) {
        if (holds) return;
        System.err.println("failed: " + what + ": " + seen);
        System.exit(1);
    }

    static void until(String what, BooleanSupplier holds) throws Exception {
        for (long end = System.nanoTime() + Duration.ofSeconds(60).toNanos(); !holds.getAsBoolean(); Thread.sleep(50)) expect(what + " in time", System.nanoTime() < end, "");
    }

    interface Call { void run() throws ApiException; }

    static int codeOf(Call call) {
        try {
            call.run();
            return 200;
        } catch (ApiException e) {
            return e.getCode();
        }
    }

    static V1ObjectMeta meta(String name) { return new V1ObjectMeta().name(name).namespace(NS); }

    static V1PodSpec helloSpec() {
        return new V1PodSpec().terminationGracePeriodSeconds(1L)
            .addContainersItem(new V1Container().name("hello").image("skiff/hello").addPortsItem(new V1ContainerPort().containerPort(8080)));
    }

    void objects() throws Exception {
        V1ConfigMap one = new V1ConfigMap().metadata(meta("one").labels(Map.of("a", "1"))).data(Map.of("k", "v")).binaryData(Map.of("b", new byte[] {0, (byte) 255}));
        V1ConfigMap made = core.createNamespacedConfigMap(NS, one).execute();
        expect("binary data", made.getBinaryData().get("b")[1] == (byte) 255 && made.getMetadata().getCreationTimestamp() != null, made);
        expect("a second create", codeOf(() -> core.createNamespacedConfigMap(NS, one).execute()) == 409, "");
        expect("get of nothing", codeOf(() -> core.readNamespacedConfigMap("none", NS).execute()) == 404, "");
        expect("list", core.listNamespacedConfigMap(NS).labelSelector("a=1").execute().getItems().size() == 1, "");
        V1ConfigMapList page = core.listNamespacedConfigMap(NS).limit(1).execute();
        V1ConfigMapList rest = core.listNamespacedConfigMap(NS)._continue(page.getMetadata().getContinue()).execute();
        expect("pages", page.getItems().size() == 1 && page.getMetadata().getRemainingItemCount() == rest.getItems().size(), page);
        V1ConfigMap merged = PatchUtils.patch(V1ConfigMap.class,
            () -> core.patchNamespacedConfigMap("one", NS, new V1Patch("{\"data\":{\"k\":null,\"n\":\"2\"}}")).buildCall(null), V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, client);
        expect("merge patch", merged.getData().equals(Map.of("n", "2")), merged);
        made.putDataItem("late", "yes");
        expect("a stale update", codeOf(() -> core.replaceNamespacedConfigMap("one", NS, made).execute()) == 409, "");
        String applied = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"applied\"},\"data\":{\"a\":\"%s\"}}";
        apply(String.format(applied, "1"), "one", false);
        expect("an apply over another's field", codeOf(() -> apply(String.format(applied, "2"), "two", false)) == 409, "");
        V1ConfigMap forced = apply(String.format(applied, "2"), "two", true);
        // This client leaves managedFields out of what it reads; an apply that gives the field up shows who owned it.
        V1ConfigMap left = apply("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"applied\"}}", "two", false);
        expect("owners", forced.getData().equals(Map.of("a", "2")) && (left.getData() == null || left.getData().isEmpty()), left);
        core.deleteNamespacedConfigMap("one", NS).execute();
        V1Service service = core.createNamespacedService(NS, (V1Service) Yaml.load("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: web}]}")).execute();
        expect("a service", service.getSpec().getClusterIP() != null && service.getSpec().getPorts().get(0).getTargetPort().equals(new IntOrString("web")), service);
    }

    V1ConfigMap apply(String body, String manager, boolean force) throws ApiException {
        return PatchUtils.patch(V1ConfigMap.class, () -> core.patchNamespacedConfigMap("applied", NS, new V1Patch(body)).fieldManager(manager).force(force).buildCall(null),
            V1Patch.PATCH_FORMAT_APPLY_YAML, client);
    }

    void deployments() throws Exception {
        Map<String, String> labels = Map.of("app", "web");
        apps.createNamespacedDeployment(NS, new V1Deployment().metadata(meta("web")).spec(new V1DeploymentSpec().replicas(1).selector(new V1LabelSelector().matchLabels(labels))
            .template(new V1PodTemplateSpec().metadata(new V1ObjectMeta().labels(labels)).spec(helloSpec())))).execute();
        String env = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"hello\",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}}}";
        V1Deployment patched = PatchUtils.patch(V1Deployment.class, () -> apps.patchNamespacedDeployment("web", NS, new V1Patch(env)).buildCall(null),
            V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, client);
        expect("strategic patch", patched.getSpec().getTemplate().getSpec().getContainers().get(0).getImage().equals("skiff/hello"), patched);
        V1Scale scale = apps.readNamespacedDeploymentScale("web", NS).execute();
        scale.getSpec().setReplicas(2);
        scale.getMetadata().setResourceVersion(null);   // whatever the controller has written meanwhile
        apps.replaceNamespacedDeploymentScale("web", NS, scale).execute();
        until("two ready replicas", () -> {
            try {
                V1DeploymentStatus status = apps.readNamespacedDeployment("web", NS).execute().getStatus();
                return Integer.valueOf(2).equals(status.getReadyReplicas()) && Integer.valueOf(2).equals(status.getUpdatedReplicas()) && Integer.valueOf(2).equals(status.getReplicas());
            } catch (ApiException e) {
                return false;
            }
        });
        apps.deleteNamespacedDeployment("web", NS).propagationPolicy("Foreground").execute();
        until("the deployment's end", () -> codeOf(() -> apps.readNamespacedDeployment("web", NS).execute()) == 404);
    }

    void watches() throws Exception {
        String version = core.listNamespacedConfigMap(NS).execute().getMetadata().getResourceVersion();
        SharedInformerFactory factory = new SharedInformerFactory(client);
        GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> maps = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
        var informer = factory.sharedIndexInformerFor(maps, V1ConfigMap.class, 0, NS);
        AtomicInteger added = new AtomicInteger(), updated = new AtomicInteger(), deleted = new AtomicInteger();
        informer.addEventHandler(new ResourceEventHandler<V1ConfigMap>() {
            boolean mine(V1ConfigMap m) { return m.getMetadata().getName().equals("watched"); }
            public void onAdd(V1ConfigMap m) { if (mine(m)) added.incrementAndGet(); }
            public void onUpdate(V1ConfigMap before, V1ConfigMap m) { if (mine(m)) updated.incrementAndGet(); }
            public void onDelete(V1ConfigMap m, boolean unknown) { if (mine(m)) deleted.incrementAndGet(); }
        });
        factory.startAllRegisteredInformers();
        until("the informer", informer::hasSynced);
        V1ConfigMap made = core.createNamespacedConfigMap(NS, new V1ConfigMap().metadata(meta("watched"))).execute();
        until("an addition", () -> added.get() == 1);
        core.replaceNamespacedConfigMap("watched", NS, made.data(Map.of("a", "b"))).execute();
        until("an update", () -> updated.get() == 1);
        core.deleteNamespacedConfigMap("watched", NS).execute();
        until("a deletion", () -> deleted.get() == 1);
        factory.stopAllRegisteredInformers();
        List<String> seen = new ArrayList<>();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(client, core.listNamespacedConfigMap(NS).resourceVersion(version).watch(true).timeoutSeconds(30).buildCall(null),
                 new com.google.gson.reflect.TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
            for (Watch.Response<V1ConfigMap> event : watch) {
                seen.add(event.type);
                if (seen.size() == 3) break;
            }
        }
        expect("watch", seen.equals(List.of("ADDED", "MODIFIED", "DELETED")), seen);
    }

    void customResources() throws Exception {
        DynamicKubernetesApi crds = new DynamicKubernetesApi("apiextensions.k8s.io", "v1", "customresourcedefinitions", client);
        DynamicKubernetesApi boats = new DynamicKubernetesApi("java.skiff.test", "v1", "boats", client);
        String crd = "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":\"boats.java.skiff.test\"},\"spec\":{\"group\":\"java.skiff.test\","
            + "\"scope\":\"Namespaced\",\"names\":{\"plural\":\"boats\",\"singular\":\"boat\",\"kind\":\"Boat\"},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":"
            + "{\"openAPIV3Schema\":{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"properties\":{\"length\":{\"type\":\"integer\",\"minimum\":1}}}}}}}]}}";
        crds.create(new DynamicKubernetesObject(com.google.gson.JsonParser.parseString(crd).getAsJsonObject())).throwsApiException();
        until("the new kind", () -> boats.list(NS).isSuccess());
        expect("create", boats.create(boat("b", 3)).isSuccess(), "");
        expect("validation", boats.create(boat("c", 0)).getHttpStatusCode() == 422, "");
        expect("read", boats.get(NS, "b").getObject().getRaw().getAsJsonObject("spec").get("length").getAsInt() == 3, "");
        crds.delete("boats.java.skiff.test");
    }

    static DynamicKubernetesObject boat(String name, int length) {
        JsonObject spec = new JsonObject();
        spec.addProperty("length", length);
        DynamicKubernetesObject object = new DynamicKubernetesObject();
        object.setApiVersion("java.skiff.test/v1");
        object.setKind("Boat");
        object.setMetadata(meta(name));
        object.getRaw().add("spec", spec);
        return object;
    }

    void pods() throws Exception {
        core.createNamespacedPod(NS, new V1Pod().metadata(meta("hello")).spec(helloSpec())).execute();
        until("a running pod", () -> {
            try {
                return "Running".equals(core.readNamespacedPod("hello", NS).execute().getStatus().getPhase());
            } catch (ApiException e) {
                return false;
            }
        });
        Process run = new Exec(client).exec(NS, "hello", new String[] {"/skiff", "version"}, false);
        String out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        expect("exec", run.waitFor() == 0 && out.startsWith("skiff "), out);
        Process bad = new Exec(client).exec(NS, "hello", new String[] {"/skiff", "no-such-verb"}, false);
        String err = new String(bad.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        expect("a failing exec", bad.waitFor() != 0 && err.contains("no-such-verb"), err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(new PodLogs(client).streamNamespacedPodLog(NS, "hello", "hello"), StandardCharsets.UTF_8));
        expect("logs", lines.readLine().equals("hello: listening on port 8080"), "");
        PortForward.PortForwardResult forward = new PortForward(client).forward(NS, "hello", List.of(8080));
        BufferedReader answer = new BufferedReader(new InputStreamReader(forward.getInputStream(8080), StandardCharsets.UTF_8));
        OutputStream to = forward.getOutboundStream(8080);
        to.write("GET /by-java HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        to.flush();
        String line = answer.readLine();
        expect("port forward", line.contains("200 OK"), line);
        line = lines.readLine();
        expect("followed log", line.contains("/by-java"), line);
        core.deleteNamespacedPod("hello", NS).execute();
        while (lines.readLine() != null) {
        }
    }

    interface Part { void run() throws Exception; }

    void part(String name, Part run) throws Exception {
        long from = System.nanoTime();
        run.run();
        System.out.printf("ok %s (%d ms)%n", name, (System.nanoTime() - from) / 1000000);
    }

    public static void main(String[] args) throws Exception {
        Tour t = new Tour();
        t.core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(NS))).execute();
        until("the service account", () -> codeOf(() -> t.core.readNamespacedServiceAccount("default", NS).execute()) == 200);
        t.part("objects", t::objects);
        t.part("deployments", t::deployments);
        t.part("watches", t::watches);
        t.part("custom resources", t::customResources);
        t.part("pods", t::pods);
        t.core.deleteNamespace(NS).execute();
        until("the namespace's end", () -> codeOf(() -> t.core.readNamespace(NS).execute()) == 404);
        System.out.println("java: done");
        System.exit(0);
    }
}
