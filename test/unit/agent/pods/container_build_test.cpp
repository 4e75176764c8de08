#include <catch2/catch.hpp>

#include "agent/pods/backoff.h"
#include "agent/pods/container_spec.h"
#include "agent/pods/environment.h"
#include "agent/pods/expand.h"
#include "agent/pods/pod_files.h"
#include "agent/pods/pull_secrets.h"
#include "agent/pods/resources.h"
#include "agent/pods/security.h"
#include "agent/pods/static_pods.h"
#include "agent/pods/users.h"
#include "base/encoding.h"
#include "pod_fixture.h"

using namespace skiff;
using namespace skiff::agent;
using namespace skiff::agent::pods;
using std::chrono::seconds;

namespace {
json::Value parsed(const std::string& text) { return json::parse(text).value(); }
api::ObjectPtr object(const std::string& text) { return api::Object::from_tree(parsed(text)); }
}  // namespace

TEST_CASE("variables are expanded, dollars escaped, unknown names left alone") {
    const Variables variables{{"A", "1"}, {"B", "two"}};
    CHECK(expand("$(A)-$(B)", variables) == "1-two");
    CHECK(expand("$$(A) $(NO) $A $", variables) == "$(A) $(NO) $A $");
    CHECK(expand("$(A", variables) == "$(A");
    CHECK_FALSE(expand_strict("x/$(NO)", variables));
}

TEST_CASE("the environment follows the kubelet's precedence") {
    json::Value pod = parsed(R"({"metadata":{"name":"web","namespace":"ns","labels":{"app":"x"}},"spec":{}})");
    const json::Value container = parsed(R"J({"name":"app","envFrom":[{"prefix":"P_","configMapRef":{"name":"cm"}}],
        "resources":{"limits":{"cpu":"1500m","memory":"64Mi"}},
        "env":[{"name":"FIRST","value":"1"},{"name":"SECOND","value":"$(FIRST)-$(P_k)-$(DB_SERVICE_HOST)"},
               {"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
               {"name":"APP","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}},
               {"name":"CPU","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}},
               {"name":"MEM","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}},
               {"name":"PW","valueFrom":{"secretKeyRef":{"name":"s","key":"pw"}}},
               {"name":"OPT","valueFrom":{"secretKeyRef":{"name":"none","key":"pw","optional":true}}}]})J");
    pod.mut("spec").set("containers", json::Value::array({container}));
    const volumes::DownwardFacts facts{"node-1", {"10.42.0.5"}, {"192.0.2.1"}, 4000, 1 << 30, 0};
    EnvironmentInputs in{pod, container, facts, {}, {}, {}, {"PATH=/bin", "FIRST=image"}};
    in.config_map = [](const std::string& name) -> Result<api::ObjectPtr> { return name == "cm" ? object(R"({"data":{"k":"v"}})") : nullptr; };
    in.secret = [](const std::string& name) -> Result<api::ObjectPtr> { return name == "s" ? object(R"({"data":{"pw":"c2VjcmV0"}})") : nullptr; };
    in.services = {object(R"({"metadata":{"name":"db"},"spec":{"clusterIP":"10.43.0.7","ports":[{"name":"main","port":5432,"protocol":"TCP"}]}})")};
    auto made = make_environment(in);
    REQUIRE(made.ok());
    auto has = [&](const std::string& entry) { return std::count(made->list.begin(), made->list.end(), entry) == 1; };
    CHECK(has("PATH=/bin"));
    CHECK(has("FIRST=1"));
    CHECK_FALSE(has("FIRST=image"));
    CHECK(has("P_k=v"));
    CHECK(has("SECOND=1-v-10.43.0.7"));
    CHECK(has("NAME=web"));
    CHECK(has("APP=x"));
    CHECK(has("CPU=2"));
    CHECK(has("MEM=64"));
    CHECK(has("PW=secret"));
    CHECK(has("DB_SERVICE_PORT_MAIN=5432"));
    CHECK(has("DB_PORT_5432_TCP=tcp://10.43.0.7:5432"));
    in.secret = [](const std::string&) -> Result<api::ObjectPtr> { return api::ObjectPtr(); };
    auto missing = make_environment(in);
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.status().message() == "secret \"s\" not found");
}

TEST_CASE("requests and limits become shares, quota and an oom score") {
    const json::Value pod = pod_json(R"({"containers":[{"name":"app","resources":{"requests":{"cpu":"250m","memory":"128Mi"},"limits":{"cpu":"1","memory":"256Mi"}}}]})");
    const auto resources = container_resources(pod, pod["spec"]["containers"][0], int64_t{1} << 30);
    CHECK(resources.cpu_shares == 256);
    CHECK(resources.cpu_quota_us == 100'000);
    CHECK(resources.memory_bytes == 256 << 20);
    CHECK(resources.oom_score_adj == 875);
    CHECK(qos_class(pod) == "Burstable");
    CHECK(pod_cgroup(pod, "u") == "kubepods/burstable/podu");
    const json::Value guaranteed = pod_json(R"({"containers":[{"name":"app","resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]})");
    CHECK(qos_class(guaranteed) == "Guaranteed");
    CHECK(container_resources(guaranteed, guaranteed["spec"]["containers"][0], 1 << 30).oom_score_adj == -997);
    const json::Value best = pod_json(one_container);
    CHECK(container_resources(best, best["spec"]["containers"][0], 1 << 30).oom_score_adj == 1000);
    CHECK(container_resources(best, best["spec"]["containers"][0], 1 << 30).cpu_shares == 2);
}

TEST_CASE("users are found by name and number in the image") {
    const std::string passwd = "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001::/srv:/bin/sh\n", group = "root:x:0:\nwheel:x:10:root\nstaff:x:50:web\nweb:x:1001:\n";
    auto user = resolve_user("web", {}, {}, passwd, group);
    REQUIRE(user.ok());
    CHECK(user->uid == 1000);
    CHECK(user->gid == 1001);
    CHECK(user->groups == std::vector<int64_t>{50});
    CHECK(user->home == "/srv");
    CHECK(resolve_user("", {}, {}, passwd, group)->groups == std::vector<int64_t>{10});
    CHECK(resolve_user("1000:staff", {}, {}, passwd, group)->gid == 50);
    CHECK(resolve_user("web", 4242, {}, passwd, group)->uid == 4242);
    CHECK(resolve_user("web", 4242, {}, passwd, group)->gid == 0);
    CHECK_FALSE(resolve_user("nobody", {}, {}, passwd, group).ok());
}

TEST_CASE("capabilities are the default set with what is added and dropped") {
    CHECK(capabilities(parsed("{}")).size() == 14);
    CHECK(capabilities(parsed(R"({"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}})")) == std::vector<std::string>{"CAP_NET_BIND_SERVICE"});
    const auto more = capabilities(parsed(R"({"capabilities":{"drop":["CHOWN"],"add":["SYS_TIME"]}})"));
    CHECK(std::count(more.begin(), more.end(), "CAP_SYS_TIME") == 1);
    CHECK(std::count(more.begin(), more.end(), "CAP_CHOWN") == 0);
    CHECK(capabilities(parsed(R"({"capabilities":{"add":["ALL"],"drop":["SYS_ADMIN"]}})")).size() == 40);
}

TEST_CASE("runAsNonRoot refuses root and names") {
    const json::Value pod = pod_json(R"({"securityContext":{"runAsNonRoot":true},"containers":[{"name":"app"}]})");
    const json::Value& app = pod["spec"]["containers"][0];
    auto root = make_security(pod, app, User{}, "", "");
    REQUIRE_FALSE(root.ok());
    CHECK(root.status().message() == "container has runAsNonRoot and image will run as root (pod: \"web_default(u-1)\", container: app)");
    CHECK_FALSE(make_security(pod, app, User{.uid = 1000}, "web", "").ok());
    CHECK(make_security(pod, app, User{.uid = 1000}, "1000", "").ok());
}

TEST_CASE("supplemental groups come from image, pod and fsGroup, each once") {
    const json::Value pod = pod_json(R"({"securityContext":{"supplementalGroups":[7,10],"fsGroup":2000},"containers":[{"name":"app"}]})");
    auto security = make_security(pod, pod["spec"]["containers"][0], User{.uid = 1, .gid = 5, .groups = {10}}, "1", "");
    REQUIRE(security.ok());
    CHECK(security->supplemental_groups == std::vector<int64_t>{5, 10, 7, 2000});
}

TEST_CASE("a container has the seccomp profile of itself, else of its pod, else the runtime's") {
    const json::Value pod = pod_json(R"({"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"a"},
      {"name":"b","securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"x.json"}}},
      {"name":"c","securityContext":{"seccompProfile":{"type":"Unconfined"}}},{"name":"d","securityContext":{"privileged":true}}]})");
    const auto profile = [](const json::Value& of, size_t index) { return make_security(of, of["spec"]["containers"][index], User{.uid = 1}, "1", "/s")->seccomp; };
    CHECK(profile(pod, 0) == "RuntimeDefault");
    CHECK(profile(pod, 1) == "/s/x.json");
    CHECK(profile(pod, 2) == "Unconfined");
    CHECK(profile(pod, 3) == "Unconfined");
    CHECK(profile(pod_json(R"({"containers":[{"name":"a"}]})"), 0) == "RuntimeDefault");
}

TEST_CASE("resolv.conf follows the DNS policy") {
    const ClusterDns cluster{{"10.43.0.10"}, "cluster.local"};
    const DnsConfig host = DnsConfig::parse("nameserver 192.0.2.53\nsearch example.org\noptions timeout:1\n");
    CHECK(pod_dns(pod_json(one_container), cluster, host).text() ==
          "search default.svc.cluster.local svc.cluster.local cluster.local example.org\nnameserver 10.43.0.10\noptions ndots:5\n");
    json::Value own = pod_json(R"({"dnsPolicy":"None","dnsConfig":{"nameservers":["198.51.100.1"],"searches":["a.b"],"options":[{"name":"ndots","value":"2"},{"name":"edns0"}]},"containers":[]})");
    CHECK(pod_dns(own, cluster, host).text() == "search a.b\nnameserver 198.51.100.1\noptions ndots:2 edns0\n");
    CHECK(pod_dns(pod_json(R"({"hostNetwork":true,"dnsPolicy":"ClusterFirst"})"), cluster, host).nameservers == std::vector<std::string>{"192.0.2.53"});
    CHECK(pod_dns(pod_json(R"({"hostNetwork":true,"dnsPolicy":"ClusterFirstWithHostNet"})"), cluster, host).nameservers == std::vector<std::string>{"10.43.0.10"});
}

TEST_CASE("the hosts file knows the pod, its domain and its aliases") {
    const json::Value pod = pod_json(R"({"hostname":"h","subdomain":"sub","hostAliases":[{"ip":"192.0.2.7","hostnames":["a","b"]}],"containers":[]})");
    const std::string text = hosts_file(pod, {"10.42.0.5"}, "cluster.local", "");
    CHECK(text.find("10.42.0.5\th.sub.default.svc.cluster.local\th\n") != std::string::npos);
    CHECK(text.find("192.0.2.7\ta\tb\n") != std::string::npos);
    CHECK(text.rfind("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n", 0) == 0);
    CHECK(pod_hostname(pod, "node", "cluster.local") == "h");
}

TEST_CASE("command and args replace entrypoint and cmd as documented") {
    images::Image image;
    image.id = "sha256:1";
    image.config.entrypoint = {"/entry"};
    image.config.command = {"default"};
    auto args = [&](const char* container_json) {
        const json::Value pod = pod_json(std::string(R"({"containers":[)") + container_json + "]}");
        const ContainerRef ref = container_list(pod)[0];
        const NodeConfig config;
        Environment environment;
        environment.variables["X"] = "y";
        auto spec = make_container_spec({pod, ref, config, "u-1", image, "docker.io/library/x:1", "id", "sb", "/root", 0, environment, User{}, {}, {}, "web", "", ""});
        return spec.ok() ? spec->args : std::vector<std::string>{spec.status().message()};
    };
    CHECK(args(R"({"name":"a"})") == std::vector<std::string>{"/entry", "default"});
    CHECK(args(R"J({"name":"a","args":["$(X)"]})J") == std::vector<std::string>{"/entry", "y"});
    CHECK(args(R"({"name":"a","command":["sh"]})") == std::vector<std::string>{"sh"});
    CHECK(args(R"({"name":"a","command":["sh"],"args":["-c"]})") == std::vector<std::string>{"sh", "-c"});
}

TEST_CASE("pull secrets fit by registry") {
    const std::string config = R"({"auths":{"registry.example:5000":{"auth":")" + base64_encode("me:pw") + R"("},"https://index.docker.io/v1/":{"username":"u","password":"p"}}})";
    const json::Value secret = json::Value::object({{"data", json::Value::object({{".dockerconfigjson", base64_encode(config)}})}});
    const auto own = pull_credentials(secret, "registry.example:5000/team/app:1");
    REQUIRE(own.size() == 1);
    CHECK(own[0].username == "me");
    CHECK(own[0].password == "pw");
    CHECK(pull_credentials(secret, "docker.io/library/busybox:latest").size() == 1);
    CHECK(pull_credentials(secret, "other.example/app:1").empty());
}

TEST_CASE("a manifest becomes a pod of this node") {
    auto pod = static_pod("apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  - name: a\n    image: b\n", "etcd.yaml", "Node-1", "now");
    REQUIRE(pod.ok());
    const api::TreePtr tree = (*pod)->tree();
    CHECK((*pod)->meta().name == "etcd-node-1");
    CHECK((*pod)->meta().ns == "default");
    CHECK((*pod)->meta().uid.size() == 32);
    CHECK((*pod)->meta().annotation(kHashAnnotation) == (*pod)->meta().uid);
    CHECK(is_static(*tree));
    CHECK_FALSE(static_pod("kind: Service\n", "x", "n", "now").ok());
}

TEST_CASE("back-off doubles to five minutes and is forgotten after ten") {
    Backoff backoff;
    Duration now = seconds(100);
    CHECK(backoff.remaining(now, now) == Duration{0});
    std::vector<int64_t> delays;
    for (int i = 0; i < 7; ++i) {
        backoff.next(now, now);
        delays.push_back(std::chrono::duration_cast<seconds>(backoff.delay()).count());
        now += backoff.delay() + seconds(1);
    }
    CHECK(delays == std::vector<int64_t>{10, 20, 40, 80, 160, 300, 300});
    CHECK(backoff.remaining(now + seconds(700), now + seconds(700)) == Duration{0});
    CHECK(go_duration(seconds(80)) == "1m20s");
    CHECK(go_duration(seconds(300)) == "5m0s");
}
