#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "embedded/dns/dns_server.h"
#include "embedded/dns/upstream.h"

using namespace skiff;
using namespace skiff::dns;

namespace {

class FixedDirectory : public Directory {
public:
    std::optional<ServiceNames> service(std::string_view ns, std::string_view name) const override {
        if (ns != "default") return std::nullopt;
        if (name == "web") return ServiceNames{"web", "default", {"10.43.0.9"}, {}, {{"http", "tcp", 80}}, {}};
        if (name == "db") return ServiceNames{"db", "default", {}, {}, {}, {{"10.42.0.5", "db-0", {{"sql", "tcp", 5432}}}, {"10.42.0.6", "", {{"sql", "tcp", 5432}}}}};
        if (name == "away") return ServiceNames{"away", "default", {}, "www.example.com", {}, {}};
        return std::nullopt;
    }
    bool has_namespace(std::string_view ns) const override { return ns == "default"; }
    std::string name_of(const std::string& ip) const override { return ip == "10.43.0.9" ? "web.default.svc" : ""; }
};

Answer ask(const char* name, uint16_t type) {
    static FixedDirectory directory;
    auto answer = Zone("cluster.local", directory).answer({name, type, name});
    REQUIRE(answer);
    return *answer;
}

std::string ip(const Record& record) {
    char text[64] = {};
    ::inet_ntop(record.type == kTypeA ? AF_INET : AF_INET6, record.data.data(), text, sizeof text);
    return text;
}

}  // namespace

TEST_CASE("a Service's name is its cluster address") {
    auto answer = ask("web.default.svc.cluster.local", kTypeA);
    REQUIRE(answer.records.size() == 1);
    CHECK(ip(answer.records[0]) == "10.43.0.9");
    auto six = ask("web.default.svc.cluster.local", kTypeAaaa);
    CHECK(six.code == Code::NoError);
    CHECK(six.records.empty());
    CHECK(six.authority.size() == 1);
}

TEST_CASE("a headless Service's name is its endpoints, each with a name of its own") {
    CHECK(ask("db.default.svc.cluster.local", kTypeA).records.size() == 2);
    CHECK(ip(ask("db-0.db.default.svc.cluster.local", kTypeA).records.at(0)) == "10.42.0.5");
    CHECK(ip(ask("10-42-0-6.db.default.svc.cluster.local", kTypeA).records.at(0)) == "10.42.0.6");
    CHECK(ask("db-1.db.default.svc.cluster.local", kTypeA).code == Code::NameError);
    auto srv = ask("_sql._tcp.db.default.svc.cluster.local", kTypeSrv);
    CHECK(srv.records.size() == 2);
    CHECK(srv.additional.size() == 2);
}

TEST_CASE("SRV, PTR, CNAME, pod and version names") {
    CHECK(ask("_http._tcp.web.default.svc.cluster.local", kTypeSrv).records.size() == 1);
    CHECK(ask("_none._tcp.web.default.svc.cluster.local", kTypeSrv).code == Code::NameError);
    CHECK(ask("9.0.43.10.in-addr.arpa", kTypePtr).records.size() == 1);
    CHECK(ask("away.default.svc.cluster.local", kTypeA).records.at(0).type == kTypeCname);
    CHECK(ip(ask("10-42-0-7.default.pod.cluster.local", kTypeA).records.at(0)) == "10.42.0.7");
    CHECK(ask("dns-version.cluster.local", kTypeTxt).records.size() == 1);
    CHECK(ask("nope.default.svc.cluster.local", kTypeA).code == Code::NameError);
    FixedDirectory directory;
    CHECK(!Zone("cluster.local", directory).answer({"example.com", kTypeA, "example.com"}));
}

TEST_CASE("any bytes give a query or nothing") {
    std::mt19937 random(7);
    auto valid = write_query(4711, {"web.default.svc.cluster.local", kTypeA, "web.default.svc.cluster.local"});
    REQUIRE(parse_query(valid));
    CHECK(parse_query(valid)->question.name == "web.default.svc.cluster.local");
    for (int i = 0; i < 20000; ++i) {
        auto packet = valid.substr(0, random() % (valid.size() + 1));
        for (int flips = random() % 4; flips-- > 0 && !packet.empty();) packet[random() % packet.size()] = static_cast<char>(random());
        (void)parse_query(packet);
        (void)answer_ttl(packet);
    }
}

TEST_CASE("a label with a dot in it is no question") {
    std::string packet = write_query(7, {"a", kTypeA, "web.x.svc"});
    REQUIRE(parse_query(packet));
    packet[packet.find("web") + 1] = '.';
    CHECK_FALSE(parse_query(packet));
}

TEST_CASE("the server answers cluster names and forwards others, over UDP and TCP") {
    // Two servers: the second is the upstream of the first, with a zone of its own.
    auto upstream = DnsServer::start({.addresses = {"127.0.0.1"}, .port = 0, .domain = "example.org", .upstreams = {"127.0.0.1:1"}}, std::make_unique<FixedDirectory>());
    REQUIRE(upstream.ok());
    auto server = DnsServer::start({.addresses = {"127.0.0.1"}, .port = 0, .domain = "cluster.local",
                                    .upstreams = {"127.0.0.1:" + std::to_string((*upstream)->port())}},
                                   std::make_unique<FixedDirectory>());
    REQUIRE(server.ok());
    auto to = *SocketAddress::parse("127.0.0.1:" + std::to_string((*server)->port()), 53);
    auto exchange = [&](const char* name, int kind) {
        int fd = ::socket(AF_INET, kind, 0);
        timeval limit{5, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        REQUIRE(::connect(fd, to.get(), to.size) == 0);
        auto packet = write_query(99, {name, kTypeA, name});
        if (kind == SOCK_STREAM) packet = std::string{static_cast<char>(packet.size() >> 8), static_cast<char>(packet.size())} + packet;
        REQUIRE(::send(fd, packet.data(), packet.size(), 0) > 0);
        char buffer[2048];
        ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
        ::close(fd);
        REQUIRE(n > 2);
        std::string answer(buffer, static_cast<size_t>(n));
        return kind == SOCK_STREAM ? answer.substr(2) : answer;
    };
    for (int kind : {SOCK_DGRAM, SOCK_STREAM}) {
        for (const char* name : {"web.default.svc.cluster.local", "web.default.svc.example.org", "WEB.default.svc.example.org"}) {
            auto answer = exchange(name, kind);
            INFO(name);
            CHECK((answer[3] & 15) == 0);
            CHECK(answer[7] == 1);
        }
        CHECK((exchange("nowhere.example.org", kind)[3] & 15) == 3);
        CHECK((exchange("example.com", kind)[3] & 15) == 2);
    }
}
