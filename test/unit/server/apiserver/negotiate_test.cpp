#include "server/apiserver/negotiate.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::apiserver;

namespace {

net::Request accepting(const std::string& accept) {
    net::Request request;
    request.method = "GET";
    if (!accept.empty()) request.headers.set("Accept", accept);
    return request;
}

}  // namespace

TEST_CASE("an empty or open Accept is JSON") {
    for (const char* accept : {"", "*/*", "application/json"}) {
        auto form = negotiate(accepting(accept), FormsAllowed::Resources);
        REQUIRE(form.ok());
        CHECK(form->media == MediaType::Json);
        CHECK(form->as == Form::As::Object);
    }
}

TEST_CASE("a route does not take application/* for a type that it has") {
    auto form = negotiate(accepting("application/*"), FormsAllowed::Lists);
    REQUIRE_FALSE(form.ok());
    CHECK(form.status().message().find("application/json;stream=watch") != std::string::npos);
}

TEST_CASE("kubectl's Accept gives a Table") {
    auto form = negotiate(accepting("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"), FormsAllowed::Resources);
    REQUIRE(form.ok());
    CHECK(form->as == Form::As::Table);
    CHECK(form->as_version == "v1");
}

TEST_CASE("a quality decides before the order") {
    auto form = negotiate(accepting("application/json;q=0.5, application/yaml"), FormsAllowed::Resources);
    REQUIRE(form.ok());
    CHECK(form->media == MediaType::Yaml);
}

TEST_CASE("a Table as protobuf and unknown types are not acceptable") {
    CHECK(negotiate(accepting("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io"), FormsAllowed::Resources).status().reason() == Reason::NotAcceptable);
    CHECK(negotiate(accepting("text/html"), FormsAllowed::Resources).status().reason() == Reason::NotAcceptable);
}

TEST_CASE("browsers and curl get indented JSON, and the query decides otherwise") {
    net::Request request = accepting("");
    request.headers.set("User-Agent", "curl/8");
    CHECK(negotiate(request, FormsAllowed::Resources)->pretty);
    request.query.add("pretty", "false");
    CHECK_FALSE(negotiate(request, FormsAllowed::Resources)->pretty);
}
