#include "api/kinds/pod_warnings.h"

#include <catch2/catch.hpp>

#include "api/kinds/port_warnings.h"
#include "json/parse.h"

using namespace skiff::api::kinds;
using skiff::json::Value;
using Lines = std::vector<std::string>;

namespace {

Lines of_spec(const std::string& spec) { return pod_warnings(*skiff::json::parse(R"({"metadata":{"name":"p"},"spec":)" + spec + "}")); }

Lines of_ports(const std::string& first, const std::string& second = "") {
    return of_spec(R"({"containers":[{"name":"a","ports":[)" + first + R"(]},{"name":"b","ports":[)" + second + "]}]}");
}

Lines of_items(const std::string& items) { return of_spec(R"({"containers":[],"volumes":[{"name":"v","configMap":{"name":"c","items":[)" + items + "]}}]}"); }

}  // namespace

TEST_CASE("ports of one number and protocol are told of in their order") {
    CHECK(of_ports(R"({"containerPort":80,"protocol":"TCP"},{"containerPort":81,"protocol":"TCP"},{"containerPort":80,"protocol":"UDP"})").empty());
    CHECK(of_ports(R"({"containerPort":81,"protocol":"TCP"},{"containerPort":80,"protocol":"TCP"})", R"({"containerPort":81,"protocol":"TCP","hostPort":7},{"containerPort":80,"protocol":"TCP"})") ==
          Lines{"spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]",
                "spec.containers[1].ports[1]: duplicate port definition with spec.containers[0].ports[1]"});
    CHECK(of_ports(R"({"containerPort":80,"hostPort":7,"hostIP":"10.0.0.1"})", R"({"containerPort":80,"hostPort":7})") ==
          Lines{"spec.containers[1].ports[0]: dangerously ambiguous port definition with spec.containers[0].ports[0]"});
    CHECK(of_ports(R"({"containerPort":80,"hostPort":7,"hostIP":"10.0.0.1"})", R"({"containerPort":80,"hostPort":7,"hostIP":"10.0.0.2"})").empty());
    CHECK(of_ports(R"({"containerPort":80,"name":"x","hostIP":"10.0.0.1","protocol":"TCP"})") ==
          Lines{"spec.containers[0].ports[0]: hostIP set without hostPort: {Name:x HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}"});
    CHECK(of_ports(R"({"containerPort":80,"name":"x"})", R"({"containerPort":81,"name":"x"})") ==
          Lines{"spec.containers[1].ports[0]: duplicate port name \"x\" with spec.containers[0].ports[0], services and probes that select ports by name will use "
                "spec.containers[0].ports[0]"});
}

TEST_CASE("files that hide each other are told of, the later one first") {
    CHECK(of_items(R"({"path":"a"},{"path":"a-b"},{"path":"b/a"})").empty());
    CHECK(of_items(R"({"path":"a/b"},{"path":"a-b"},{"path":"a/"})") == Lines{R"(volume "v" (ConfigMap "c"): overlapping paths: "a" with "a/b")"});
    CHECK(of_items(R"({"path":"a"},{"path":"a/b"},{"path":"a"})") ==
          Lines{R"(volume "v" (ConfigMap "c"): overlapping paths: "a/b" with "a")", R"(volume "v" (ConfigMap "c"): overlapping paths: "a" with "a")",
                R"(volume "v" (ConfigMap "c"): overlapping paths: "a" with "a/b")"});
}

TEST_CASE("thousands of ports and files that meet each other make no more warnings than anybody reads") {
    std::string ports, items;
    for (int i = 0; i < 5000; ++i) {
        ports += i == 0 ? R"({"containerPort":1})" : R"(,{"containerPort":1})";
        items += i == 0 ? R"({"path":"a"})" : R"(,{"path":"a"})";
    }
    CHECK(of_ports(ports).size() == kWarningsMax);
    CHECK(of_items(items).size() == kWarningsMax);
}
