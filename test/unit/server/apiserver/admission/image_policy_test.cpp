#include <catch2/catch.hpp>

#include "../../store/temp_dir.h"
#include "base/file.h"
#include "json/parse.h"
#include "net/http_server.h"
#include "server/apiserver/admission/plugins.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

// Answers reviews by the image: "bad" is denied, "broken" is no answer.
struct Reviewer {
    Reviewer() {
        net::HttpServer::Options options;
        options.address = "127.0.0.1";
        server = std::move(net::HttpServer::start(io, options, [this](net::ExchangePtr exchange) {
                     ++asked;
                     const std::string& body = exchange->request().body;
                     const bool bad = body.find("\"bad\"") != std::string::npos;
                     if (body.find("\"broken\"") != std::string::npos) return exchange->respond(net::Response{.code = 503});
                     net::Response answer{.code = 200};
                     answer.body = net::make_bytes(bad ? R"({"status":{"allowed":false,"reason":"not signed"}})" : R"({"status":{"allowed":true}})");
                     exchange->respond(std::move(answer));
                 })).value();
        REQUIRE(file::write_volatile(dir.file("kc"), fmt::format("clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:{}/review'}}}}]\nusers: [{{name: u, user: {{}}}}]\n"
                                                                 "contexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n", server->port()), 0600).ok());
    }
    std::unique_ptr<AdmissionPlugin> plugin(bool default_allow) {
        auto made = make_image_policy(io, clock, json::Value::object({{"imagePolicy", json::Value::object({{"kubeConfigFile", dir.file("kc")}, {"retryBackoff", 1}, {"defaultAllow", default_allow}})}}));
        REQUIRE(made.ok());
        return std::move(*made);
    }
    Status send(AdmissionPlugin& plugin, const std::string& image) {
        api::KindInfo kind;
        kind.gvk = {"", "v1", "Pod"};
        kind.plural = "pods";
        const User user{"ann", "", {}, {}};
        AdmissionRequest request{Operation::Create, kind, "ns", "x", "", user};
        pod = json::Value::object({{"spec", json::Value::object({{"containers", json::Value::array({json::Value::object({{"image", image}})})}})}});
        request.object = &pod;
        return plugin.validate(request);
    }
    TempDir dir;
    net::IoThreads io{1};
    FakeClock clock;
    std::atomic<int> asked{0};
    std::unique_ptr<net::HttpServer> server;
    json::Value pod;
};

}  // namespace

TEST_CASE("a pod's images are asked about, and the answer is kept for a while") {
    Reviewer reviewer;
    auto plugin = reviewer.plugin(false);
    CHECK(reviewer.send(*plugin, "good").ok());
    CHECK(reviewer.send(*plugin, "good").ok());
    CHECK(reviewer.asked == 1);
    CHECK(reviewer.send(*plugin, "bad").message() == "pods \"x\" is forbidden: image policy webhook backend denied one or more images: not signed");
    reviewer.clock.advance(std::chrono::minutes(6));
    CHECK(reviewer.send(*plugin, "good").ok());
    CHECK(reviewer.asked == 3);
}

TEST_CASE("a service that does not answer is asked again, then the configuration decides") {
    Reviewer reviewer;
    CHECK_FALSE(reviewer.send(*reviewer.plugin(false), "broken").ok());
    CHECK(reviewer.asked == 5);
    CHECK(reviewer.send(*reviewer.plugin(true), "broken").ok());
    CHECK(reviewer.pod["metadata"]["annotations"]["alpha.image-policy.k8s.io/failed-open"].as_string() == "true");
}
