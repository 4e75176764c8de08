#include <catch2/catch.hpp>

#include "json/parse.h"
#include "server/apiserver/admission/chain.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

struct Refuser : AdmissionPlugin {
    std::string_view name() const override { return "LimitRanger"; }
    Status validate(const AdmissionRequest&) override { return error(Reason::Forbidden, "no"); }
};

bool has(const std::string& text, const char* line) { return text.find(line) != std::string::npos; }

}  // namespace

TEST_CASE("admission is measured by step and by the plugins that Kubernetes counts") {
    metrics::Registry registry;
    AdmissionChain chain;
    chain.measure(registry, Clock::system());
    chain.add(std::make_unique<Refuser>(), {true, true});
    auto kinds = api::KindRegistry::builtin();
    User user;
    json::Value object = json::Value::object();
    AdmissionRequest request{Operation::Create, *kinds->find(api::Gvr{"", "v1", "pods"}), "shop", "p", "", user, &object};
    CHECK(chain.mutate(request).ok());
    CHECK_FALSE(chain.validate(request).ok());
    chain.metrics()->webhook("hook.example.com", true, Operation::Update, true, 500, "calling_webhook_error", std::chrono::milliseconds(3));

    const std::string text = registry.text();
    CHECK(has(text, "apiserver_admission_controller_admission_duration_seconds_count{name=\"LimitRanger\",operation=\"CREATE\",rejected=\"false\",type=\"admit\"} 1\n"));
    CHECK(has(text, "apiserver_admission_controller_admission_duration_seconds_count{name=\"LimitRanger\",operation=\"CREATE\",rejected=\"true\",type=\"validate\"} 1\n"));
    CHECK(has(text, "apiserver_admission_step_admission_duration_seconds_count{operation=\"CREATE\",rejected=\"true\",type=\"validate\"} 1\n"));
    CHECK(has(text, "apiserver_admission_step_admission_duration_seconds_summary_count{operation=\"CREATE\",rejected=\"false\",type=\"admit\"} 1\n"));
    CHECK(has(text, "apiserver_admission_webhook_rejection_count{error_type=\"calling_webhook_error\",name=\"hook.example.com\",operation=\"UPDATE\",rejection_code=\"500\",type=\"admit\"} 1\n"));
}
