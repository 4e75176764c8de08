#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "agent/nodeapi/net_dev.h"
#include "agent/nodeapi/access.h"
#include "agent/nodeapi/command_channels.h"
#include "agent/nodeapi/command_session.h"
#include "agent/nodeapi/cri_log.h"
#include "agent/nodeapi/node_logs.h"
#include "agent/nodeapi/stats.h"
#include "base/fd.h"
#include "base/file.h"
#include "net/blocking_client.h"
#include "support/fake_client.h"

using namespace skiff;
using namespace skiff::agent::nodeapi;

namespace {

const std::string kLog =
    "2023-11-14T22:13:20.000000001Z stdout F one\n"
    "2023-11-14T22:13:21.000000001Z stderr F two\n"
    "2023-11-14T22:13:22.000000001Z stdout P thr\n"
    "2023-11-14T22:13:22.000000002Z stdout F ee\n";

std::string filtered(LogOptions options, size_t piece = 7) {
    LogFilter filter(std::move(options));
    std::string out;
    for (size_t at = 0; at < kLog.size(); at += piece)
        if (!filter.feed(std::string_view(kLog).substr(at, piece), out)) break;
    return out;
}

}  // namespace

TEST_CASE("log lines lose their frame, partial ones are joined") {
    CHECK(filtered({}) == "one\ntwo\nthree\n");
    CHECK(filtered({.timestamps = true}) == "2023-11-14T22:13:20.000000001Z one\n2023-11-14T22:13:21.000000001Z two\n2023-11-14T22:13:22.000000001Z three\n");
    CHECK(filtered({.limit_bytes = 6}) == "one\ntw");
    CHECK(filtered({.stream = "Stderr"}) == "two\n");
    CHECK(filtered({.since = WallTime(std::chrono::seconds(1'700'000'001))}) == "two\nthree\n");
}

TEST_CASE("the tail of a log begins at a line") {
    char name[] = "/tmp/skiff-log-XXXXXX";
    Fd file(::mkstemp(name));
    ::unlink(name);
    REQUIRE(::write(file.get(), "a\nb\nc\n", 6) == 6);
    CHECK(tail_offset(file.get(), 0).value() == 6);
    CHECK(tail_offset(file.get(), 1).value() == 4);
    CHECK(tail_offset(file.get(), 2).value() == 2);
    CHECK(tail_offset(file.get(), 9).value() == 0);
    REQUIRE(::write(file.get(), "d", 1) == 1);
    CHECK(tail_offset(file.get(), 1).value() == 6);
}

TEST_CASE("log options are checked") {
    const WallTime now{std::chrono::seconds(1'700'000'100)};
    auto parse = [&](const char* query) { return parse_log_options(*net::Query::parse(query), now); };
    CHECK(parse("follow=true&tailLines=5&timestamps=1")->tail_lines == 5);
    CHECK(parse("sinceSeconds=100")->since == WallTime(std::chrono::seconds(1'700'000'000)));
    CHECK_FALSE(parse("tailLines=-1").ok());
    CHECK_FALSE(parse("sinceTime=yesterday").ok());
}

TEST_CASE("paths ask for what RBAC names") {
    auto asked = [](const char* method, const char* path) {
        net::Request request;
        request.method = method;
        request.path = path;
        const Asked result = asked_for(request);
        return result.verb + " " + result.subresource;
    };
    CHECK(asked("GET", "/stats/summary") == "get stats");
    CHECK(asked("GET", "/metrics") == "get metrics");
    CHECK(asked("GET", "/containerLogs/a/b/c") == "get proxy");
    CHECK(asked("GET", "/exec/a/b/c") == "create proxy");
    CHECK(asked("POST", "/portForward/a/b") == "create proxy");
    CHECK(asked("GET", "/pods") == "get pods");
    CHECK(asked("GET", "/podsx") == "get proxy");
}

TEST_CASE("a command's end is a status with its exit code") {
    CHECK(exit_status(0)["status"].as_string() == "Success");
    const json::Value failed = exit_status(3);
    CHECK(failed["reason"].as_string() == "NonZeroExitCode");
    CHECK(failed["details"]["causes"][0]["reason"].as_string() == "ExitCode");
    CHECK(failed["details"]["causes"][0]["message"].as_string() == "3");
    CHECK(failed["message"].as_string() == "command terminated with non-zero exit code: command terminated with exit code 3");
}

TEST_CASE("terminal sizes are read") {
    uint16_t columns = 0, rows = 0;
    CHECK(parse_resize(R"({"Width":80,"Height":24})", columns, rows));
    CHECK(columns == 80);
    CHECK(rows == 24);
    CHECK_FALSE(parse_resize(R"({"Width":0,"Height":24})", columns, rows));
    CHECK_FALSE(parse_resize("x", columns, rows));
}

TEST_CASE("cpu rates need two readings") {
    CpuRates rates;
    CHECK_FALSE(rates.nano_cores("a", 0, 0));
    CHECK(rates.nano_cores("a", 500'000'000, 1'000'000'000) == 500'000'000);
    CHECK_FALSE(rates.nano_cores("a", 0, 2'000'000'000));
}

TEST_CASE("counters of interfaces are read, loopback and the ends of pods' links left out") {
    const auto list = skiff::agent::nodeapi::parse_net_dev(
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
        "    lo:  100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0\n"
        "  eth0: 5000      50    1    2    0     0          0         0     7000      70    3    4    0     0       0          0\n"
        "veth12:    1       1    0    0    0     0          0         0        1       1    0    0    0     0       0          0\n");
    REQUIRE(list.size() == 1);
    CHECK(list[0].name == "eth0");
    CHECK(list[0].rx_bytes == 5000);
    CHECK(list[0].rx_dropped == 2);
    CHECK(list[0].tx_bytes == 7000);
    CHECK(list[0].tx_errors == 3);
}

TEST_CASE("the log folder is served as lists and files, and nothing beside it") {
    char name[] = "/tmp/skiff-logs-XXXXXX";
    const std::string dir = ::mkdtemp(name);
    REQUIRE(file::make_dirs(dir + "/pods").ok());
    const std::string large(3 << 20, 'x');
    REQUIRE(file::write_volatile(dir + "/a<b", large).ok());
    net::IoThreads io;
    auto server = net::HttpServer::start(io, {.address = "127.0.0.1"}, [&](const net::ExchangePtr& exchange) { serve_log_files(exchange, dir, exchange->request().path.substr(6)); });
    REQUIRE(server.ok());
    auto client = net::BlockingClient::create({.proxy_from_environment = false}).value();
    const auto get = [&](const std::string& path) { return client->request({.url = "http://127.0.0.1:" + std::to_string((*server)->port()) + path, .redirects_max = 0}).value(); };
    CHECK(get("/logs/").body.find("<a href=\"a%3Cb\">a&lt;b</a>\n<a href=\"pods/\">pods/</a>\n</pre>") != std::string::npos);
    CHECK(get("/logs/a%3Cb").body == large);
    CHECK(get("/logs/pods").code == 301);
    CHECK(get("/logs/none").code == 404);
    CHECK(get("/logs/..%2f").code == 400);
    (*server)->stop(std::chrono::milliseconds(0));
    REQUIRE(file::remove_tree(dir).ok());
}
