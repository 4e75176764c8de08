#include "server/apiserver/admission/plugins.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "json/parse.h"
#include "unit/server/apiserver/fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

Status send(AdmissionPlugin& plugin, const char* kind_name, const char* ns, const char* object_text, const char* old_text = nullptr) {
    api::KindInfo kind;
    kind.gvk = {"", "v1", kind_name};
    kind.plural = std::string(kind_name) == "Event" ? "events" : "services";
    const User user{"ann", "", {}, {}};
    json::Value object = json::parse(object_text).value();
    json::Value old = old_text ? json::parse(old_text).value() : json::Value();
    AdmissionRequest request{old_text ? Operation::Update : Operation::Create, kind, ns, "x", "", user};
    request.object = &object;
    if (old_text) request.old_object = &old;
    return plugin.validate(request);
}

}  // namespace

TEST_CASE("events over the limit of their namespace are refused until time has passed") {
    FakeClock clock;
    auto plugin = make_event_rate_limit(json::parse(R"({"apiVersion":"eventratelimit.admission.k8s.io/v1alpha1","kind":"Configuration",
        "limits":[{"type":"Namespace","qps":1,"burst":2,"cacheSize":2}]})").value(), clock);
    REQUIRE(plugin.ok());
    CHECK(send(**plugin, "Event", "a", "{}").ok());
    CHECK(send(**plugin, "Event", "a", "{}").ok());
    const auto refused = send(**plugin, "Event", "a", "{}");
    CHECK(refused.reason() == Reason::TooManyRequests);
    CHECK(refused.message() == "Too many requests: limit reached on type Namespace for key a");
    CHECK(send(**plugin, "Event", "b", "{}").ok());
    CHECK(send(**plugin, "Service", "a", "{}").ok());
    clock.advance(std::chrono::seconds(1));
    CHECK(send(**plugin, "Event", "a", "{}").ok());
    CHECK_FALSE(send(**plugin, "Event", "a", "{}").ok());
}

TEST_CASE("limits that mean nothing are refused") {
    FakeClock clock;
    for (const char* limits : {"[]", R"([{"type":"All","qps":1,"burst":1}])", R"([{"type":"Server","qps":0,"burst":1}])", R"([{"type":"Server","qps":1}])"})
        CHECK_FALSE(make_event_rate_limit(json::parse(std::string(R"({"apiVersion":"eventratelimit.admission.k8s.io/v1alpha1","kind":"Configuration","limits":)") + limits + "}").value(), clock).ok());
}

TEST_CASE("a Service takes no new external addresses, and keeps those it has") {
    auto plugin = make_external_ip_denier();
    CHECK(send(*plugin, "Service", "a", "{}").ok());
    CHECK_FALSE(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["1.2.3.4"]}})").ok());
    CHECK(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["1.2.3.4"]}})", R"({"spec":{"externalIPs":["1.2.3.4","5.6.7.8"]}})").ok());
    CHECK_FALSE(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["9.9.9.9"]}})", R"({"spec":{"externalIPs":["1.2.3.4"]}})").ok());
}

namespace {

const api::Gvr kNamespaces{"", "v1", "namespaces"};

json::Value parsed(const char* text) { return json::parse(text).value(); }

struct Pods {
    FakeClock clock;
    FakeReader reader;
    AdmissionSettings settings;
    std::shared_ptr<const api::KindRegistry> kinds = api::KindRegistry::builtin();
    User ann{"ann", "", {}, {}};

    Status start(AdmissionChain& chain) { return add_plugins(chain, {reader, [](Duration) { return false; }, clock, nullptr, settings}); }
    // Mutates the pod as the plugins do, then lets them judge it.
    Status send(AdmissionPlugin& plugin, json::Value& pod, const json::Value* old = nullptr) {
        AdmissionRequest request{old ? Operation::Update : Operation::Create, *kinds->find(api::Gvr{"", "v1", "pods"}), "shop", "p", "", ann, &pod, old};
        TRY(plugin.mutate(request));
        return plugin.validate(request);
    }
};

struct ScratchFile {
    std::string path = "/tmp/skiff-admission-" + std::to_string(::getpid()) + ".yaml";
    explicit ScratchFile(const char* text) { REQUIRE(file::write_volatile(path, text).ok()); }
    ~ScratchFile() { (void)file::remove(path); }
};

}  // namespace

TEST_CASE("plugins run by default, when enabled, and not when disabled; unknown names are told") {
    auto told = [](std::vector<std::string> enabled, std::vector<std::string> disabled) {
        Pods pods;
        pods.settings.enabled = std::move(enabled);
        pods.settings.disabled = std::move(disabled);
        AdmissionChain chain;
        return pods.start(chain).message();
    };
    CHECK(told({}, {}).empty());
    CHECK(told({"NodeRestriction", "DenyServiceExternalIPs", "AlwaysPullImages", "NamespaceExists"}, {"PodSecurity", "LimitRanger"}).empty());
    CHECK(told({"Nothing"}, {}) == "enable-admission-plugins: there is no plugin Nothing here");
    CHECK(told({}, {"NodeRestriction"}) == "disable-admission-plugins: NodeRestriction cannot be turned off");
    CHECK(told({"PodSecurity"}, {"PodSecurity"}) == "enable-admission-plugins: PodSecurity is in disable-admission-plugins as well");
    CHECK(told({"EventRateLimit"}, {}).starts_with("admission-control-config-file: EventRateLimit: needs kind Configuration of eventratelimit.admission.k8s.io/v1alpha1"));
}

TEST_CASE("a file of configurations names its plugins, and what is wrong in it") {
    ScratchFile good("apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: ResourceQuota\n  configuration: {a: 1}\n");
    auto read = read_admission_configuration(good.path);
    REQUIRE(read.ok());
    CHECK(read->at("ResourceQuota")["a"].as_int() == 1);
    {
        ScratchFile old("podNodeSelectorPluginConfig:\n  clusterDefaultNodeSelector: a=b\n");
        CHECK(read_admission_configuration(old.path)->contains("PodNodeSelector"));
    }
    for (const char* text : {"kind: AdmissionConfiguration\n", "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{path: x}]\n",
                             "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugin: []\n", "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: a, path: absent-file}]\n"}) {
        ScratchFile wrong(text);
        CHECK_FALSE(read_admission_configuration(wrong.path).ok());
    }
    Pods pods;
    AdmissionChain chain;
    pods.settings.configurations["LimitRanger"] = json::Value::object();
    CHECK(pods.start(chain).message() == "admission-control-config-file: LimitRanger takes no configuration here");
}

TEST_CASE("what a namespace does not say of pod security stands in the configuration, and some are exempt") {
    Pods pods;
    pods.reader.put(kNamespaces, R"({"metadata":{"name":"shop"}})");
    const auto configuration = parsed(R"({"apiVersion":"pod-security.admission.config.k8s.io/v1","kind":"PodSecurityConfiguration",
        "defaults":{"enforce":"baseline"},"exemptions":{"usernames":["root"],"runtimeClasses":["vm"]}})");
    auto plugin = make_pod_security(pods.reader, configuration);
    REQUIRE(plugin.ok());
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{"hostPID":true}})");
    CHECK(pods.send(**plugin, pod).message() == R"(pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true))");
    json::Value in_machine = parsed(R"({"metadata":{"name":"p"},"spec":{"hostPID":true,"runtimeClassName":"vm"}})");
    CHECK(pods.send(**plugin, in_machine).ok());
    pods.ann.name = "root";
    CHECK(pods.send(**plugin, pod).ok());
    json::Value wrong = configuration;
    wrong.mut("defaults").set("enforce", "strict");
    CHECK(make_pod_security(pods.reader, wrong).status().message() == R"(defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted)");
    wrong = configuration;
    wrong.mut("exemptions").set("namespaces", json::Value::array({"a", "a"}));
    CHECK(make_pod_security(pods.reader, wrong).status().message() == R"(exemptions.namespaces[1]: Duplicate value: "a")");
}

TEST_CASE("pods of a namespace get its node selector and may not contradict it") {
    Pods pods;
    pods.reader.put(kNamespaces, R"({"metadata":{"name":"shop","annotations":{"scheduler.alpha.kubernetes.io/node-selector":"zone=a, disk=ssd"}}})");
    auto plugin = make_pod_node_selector(pods.reader, parsed(R"({"podNodeSelectorPluginConfig":{"clusterDefaultNodeSelector":"zone=b","shop":"zone=a,disk=ssd,fan=no"}})"));
    REQUIRE(plugin.ok());
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{}})");
    CHECK(pods.send(**plugin, pod).ok());
    CHECK(pod["spec"]["nodeSelector"] == parsed(R"({"zone":"a","disk":"ssd"})"));
    json::Value other = parsed(R"({"metadata":{"name":"p"},"spec":{"nodeSelector":{"zone":"c"}}})");
    CHECK(pods.send(**plugin, other).message() == R"(pods "p" is forbidden: pod node label selector conflicts with its namespace node label selector)");
    json::Value more = parsed(R"({"metadata":{"name":"p"},"spec":{"nodeSelector":{"gpu":"yes"}}})");
    CHECK(pods.send(**plugin, more).message() == R"(pods "p" is forbidden: pod node label selector labels conflict with its namespace whitelist)");
    CHECK_FALSE(make_pod_node_selector(pods.reader, parsed(R"({"podNodeSelectorPluginConfig":{"shop":"zone"}})")).ok());
}

TEST_CASE("pods of a namespace get its tolerations and may have only those that it lists") {
    Pods pods;
    pods.reader.put(kNamespaces, R"({"metadata":{"name":"shop","annotations":{"scheduler.alpha.kubernetes.io/defaultTolerations":"[{\"key\":\"a\",\"operator\":\"Exists\"}]",
        "scheduler.alpha.kubernetes.io/tolerationsWhitelist":"[{\"key\":\"a\",\"operator\":\"Exists\"}]"}}})");
    auto plugin = make_toleration_restriction(pods.reader, {});
    REQUIRE(plugin.ok());
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{"tolerations":[{"key":"a","operator":"Equal","value":"1","effect":"NoSchedule"}]}})");
    CHECK(pods.send(**plugin, pod).ok());
    CHECK(pod["spec"]["tolerations"] == parsed(R"([{"key":"a","operator":"Exists"}])"));
    json::Value other = parsed(R"({"metadata":{"name":"p"},"spec":{"tolerations":[{"key":"b","operator":"Exists"}]}})");
    CHECK(pods.send(**plugin, other).message() == "pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist");
    json::Value many = other;
    for (int i = 0; i < 500; ++i) many.mut("spec").mut("tolerations").push_back(json::Value::object({{"key", std::to_string(i)}, {"operator", "Exists"}}));
    CHECK(pods.send(**plugin, many).reason() == Reason::Forbidden);   // each would be compared with each
    CHECK_FALSE(make_toleration_restriction(pods.reader, parsed(R"({"apiVersion":"podtolerationrestriction.admission.k8s.io/v1alpha1","kind":"Configuration","default":[{"operator":"Like"}]})")).ok());
}

TEST_CASE("images are always pulled, and an old pod keeps its policy as long as its images stay") {
    Pods pods;
    auto plugin = make_always_pull_images();
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{"containers":[{"image":"a","imagePullPolicy":"Never"}],"volumes":[{"image":{"pullPolicy":"Never"}}]}})");
    const json::Value before = pod;
    CHECK(pods.send(*plugin, pod).ok());
    CHECK(pod["spec"]["containers"][0]["imagePullPolicy"].as_string() == "Always");
    CHECK(pod["spec"]["volumes"][0]["image"]["pullPolicy"].as_string() == "Always");
    json::Value same = before;
    CHECK(pods.send(*plugin, same, &before).ok());
    CHECK(same == before);
}

TEST_CASE("pods that ask for a device tolerate its taint once") {
    Pods pods;
    auto plugin = make_extended_resource_toleration();
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{"containers":[{"resources":{"requests":{"example.com/gpu":"1","cpu":"1"}}}]}})");
    for (int round = 0; round < 2; ++round) {
        CHECK(pods.send(*plugin, pod).ok());
        CHECK(pod["spec"]["tolerations"] == parsed(R"([{"key":"example.com/gpu","operator":"Exists","effect":"NoSchedule"}])"));
    }
}

TEST_CASE("what the configuration limits is not consumed without a quota") {
    Pods pods;
    pods.reader.put(kNamespaces, R"({"metadata":{"name":"shop"}})");
    auto plugin = make_resource_quota(pods.reader, nullptr, parsed(R"({"apiVersion":"apiserver.config.k8s.io/v1","kind":"ResourceQuotaConfiguration","limitedResources":[
        {"resource":"pods","matchContains":["requests.cpu"]},{"resource":"pods","matchScopes":[{"scopeName":"PriorityClass","operator":"In","values":["top"]}]}]})"));
    REQUIRE(plugin.ok());
    json::Value pod = parsed(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]}})");
    CHECK(pods.send(**plugin, pod).message() == R"(pods "p" is forbidden: insufficient quota to consume: requests.cpu)");
    pods.reader.put({"", "v1", "resourcequotas"}, R"({"metadata":{"name":"q","namespace":"shop"},"spec":{"hard":{"requests.cpu":"2"}}})");
    CHECK(pods.send(**plugin, pod).ok());
    json::Value first = parsed(R"({"metadata":{"name":"p"},"spec":{"priorityClassName":"top","containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]}})");
    CHECK(pods.send(**plugin, first).message() == "insufficient quota to match these scopes: [{PriorityClass In [top]}]");
}
