#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/pod_security_checks.h"
#include "unit/server/apiserver/fake_reader.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

std::string details(SecurityLevel level, int minor, const char* spec, const char* annotations = "{}") {
    json::Value metadata = json::Value::object({{"annotations", *json::parse(annotations)}});
    return security_violations(level, minor, metadata, *json::parse(spec)).details;
}
constexpr auto kBaseline = SecurityLevel::Baseline, kRestricted = SecurityLevel::Restricted;

}  // namespace

TEST_CASE("each version of the standards has the checks of its time") {
    const char* sysctl = R"({"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_rmem","value":"1"}]}})";
    CHECK(details(kBaseline, 31, sysctl) == "forbidden sysctls (net.ipv4.tcp_rmem)");
    CHECK(details(kBaseline, 32, sysctl).empty());
    const char* engine = R"({"containers":[{"name":"a","securityContext":{"seLinuxOptions":{"type":"container_engine_t","user":"u"}}}]})";
    CHECK(details(kBaseline, 30, engine) == R"(seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t"; user may not be set))");
    CHECK(details(kBaseline, 31, engine) == R"(seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: user may not be set))");
    const char* probe = R"({"containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80,"host":"h"}}}]})";
    CHECK(details(kBaseline, 33, probe).empty());
    CHECK(details(kBaseline, kLatestSecurity, probe) == R"(probe or lifecycle host (container "a" uses probe or lifecycle host "h"))");
    CHECK(details(kBaseline, 18, "{}", R"({"seccomp.security.alpha.kubernetes.io/pod":"unconfined"})") ==
          R"(seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined"))");
    const char* plain = R"({"containers":[{"name":"a"}]})";
    CHECK(details(kRestricted, 7, plain) == R"(runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true))");
    CHECK(details(kRestricted, 22, plain) ==
          R"(allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), )"
          R"(runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"))");
}

TEST_CASE("a namespace's label names level and version, and a new level warns of the pods that are there") {
    auto kinds = api::KindRegistry::builtin();
    FakeReader reader;
    reader.put({"", "v1", "namespaces"}, R"({"metadata":{"name":"shop","labels":{"pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/enforce-version":"v1.31"}}})");
    reader.put({"", "v1", "pods"}, R"({"metadata":{"name":"b","namespace":"shop"},"spec":{"hostNetwork":true}})");
    reader.put({"", "v1", "pods"}, R"({"metadata":{"name":"a","namespace":"shop"},"spec":{"hostNetwork":true}})");
    auto plugin = make_pod_security(reader, {}).value();
    User ada{.name = "ada"};
    json::Value pod = *json::parse(R"({"metadata":{"name":"p"},"spec":{"hostPID":true}})");
    AdmissionRequest create{Operation::Create, *kinds->find(api::Gvr{"", "v1", "pods"}), "shop", "p", "", ada, &pod};
    CHECK(plugin->validate(create).message() == R"(pods "p" is forbidden: violates PodSecurity "baseline:v1.31": host namespaces (hostPID=true))");

    json::Value before = *json::parse(R"({"metadata":{"name":"shop"}})");
    json::Value after = *json::parse(R"({"metadata":{"name":"shop","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}})");
    std::vector<std::string> warnings;
    AdmissionRequest update{Operation::Update, *kinds->find(api::Gvr{"", "v1", "namespaces"}), "", "shop", "", ada, &after, &before};
    update.warnings = &warnings;
    CHECK(plugin->validate(update).ok());
    CHECK(warnings == std::vector<std::string>{R"(existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest")", "a (and 1 other pod): host namespaces"});
}
