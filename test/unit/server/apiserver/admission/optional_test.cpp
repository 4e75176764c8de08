#include "server/apiserver/admission/optional.h"

#include <catch2/catch.hpp>

#include "json/parse.h"

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
    CHECK_FALSE(make_optional_plugins({"EventRateLimit"}, {}, {}, clock).ok());
    CHECK_FALSE(make_optional_plugins({"AlwaysAdmit"}, {}, {}, clock).ok());
    CHECK_FALSE(make_optional_plugins({}, {"NodeRestriction"}, {}, clock).ok());
    CHECK(make_optional_plugins({"NodeRestriction", "DenyServiceExternalIPs"}, {}, {}, clock)->size() == 1);
}

TEST_CASE("a Service takes no new external addresses, and keeps those it has") {
    auto plugin = make_external_ip_denier();
    CHECK(send(*plugin, "Service", "a", "{}").ok());
    CHECK_FALSE(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["1.2.3.4"]}})").ok());
    CHECK(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["1.2.3.4"]}})", R"({"spec":{"externalIPs":["1.2.3.4","5.6.7.8"]}})").ok());
    CHECK_FALSE(send(*plugin, "Service", "a", R"({"spec":{"externalIPs":["9.9.9.9"]}})", R"({"spec":{"externalIPs":["1.2.3.4"]}})").ok());
}
