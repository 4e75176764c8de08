#include <catch2/catch.hpp>

#include "api/kinds/check_address.h"
#include "api/kinds/object_warnings.h"
#include "json/parse.h"

using namespace skiff::api::kinds;
using Lines = std::vector<std::string>;

namespace {

Lines ip(std::string_view text) {
    Lines out;
    warn_of_ip(text, skiff::api::FieldPath("ip"), out);
    return out;
}

Lines cidr(std::string_view text) {
    Lines out;
    warn_of_cidr(text, skiff::api::FieldPath("cidr"), out);
    return out;
}

}  // namespace

TEST_CASE("an address that is not written as it should be is taken with a warning") {
    CHECK(ip("10.0.0.1").empty());
    CHECK(ip("fd00::1").empty());
    CHECK(ip("010.0.0.1") == Lines{R"(ip: non-standard IP address "010.0.0.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1")"});
    CHECK(ip("::ffff:10.0.0.1") == Lines{R"(ip: non-standard IP address "::ffff:10.0.0.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1")"});
    CHECK(ip("FD00::1") == Lines{R"(ip: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1"))"});
}

TEST_CASE("a network with host bits could be one address or the whole") {
    CHECK(cidr("10.0.0.0/24").empty());
    CHECK(cidr("10.0.0.1/24") == Lines{R"(cidr: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?))"});
    CHECK(cidr("010.0.0.0/8") == Lines{R"(cidr: non-standard CIDR value "010.0.0.0/8" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8")"});
    CHECK(cidr("FD00::/64") == Lines{R"(cidr: IPv6 CIDR value "FD00::/64" should be in RFC 5952 canonical format ("fd00::/64"))"});
}

TEST_CASE("a name that is no host name is told of when pods take it over") {
    auto named = [](const char* plural) { return create_warnings(plural, *skiff::json::parse(R"({"metadata":{"name":"a.b"}})")); };
    CHECK(named("pods") == Lines{"metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"});
    CHECK(named("deployments") ==
          Lines{"metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"});
    CHECK(named("configmaps").empty());
}
