// Needs root: real packets through the rules, in network namespaces that the test makes.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "agent/network/pod_network.h"
#include "agent/proxy/proxy.h"
#include "agent/sys/links.h"
#include "agent/sys/netns.h"
#include "agent/sys/nft.h"
#include "base/clock.h"
#include "base/file.h"

using namespace skiff;
using namespace skiff::agent;
using namespace skiff::agent::proxy;

namespace {

struct Namespace {
    int fd = -1;
    Namespace() {
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) == 0) fd = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        }).join();
    }
    ~Namespace() { ::close(fd); }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd); }
};

int listen_in(const Namespace& ns, uint16_t port) {
    int fd = -1;
    (void)sys::with_netns(ns.path(), [&]() -> Status {
        fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) < 0 || ::listen(fd, 16) < 0) return errno_status("listen", errno);
        return {};
    });
    return fd;
}

// Connects from the namespace and gives the index of the listener that got it; -1 refused, -2 neither within two seconds.
int connect_in(const Namespace& ns, const char* ip, uint16_t port, const std::vector<int>& listeners) {
    int client = -1;
    (void)sys::with_netns(ns.path(), [&]() -> Status {
        client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return {};
    });
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, ip, &to.sin_addr);
    ::connect(client, reinterpret_cast<sockaddr*>(&to), sizeof to);
    std::vector<pollfd> ready{{client, POLLOUT, 0}};
    for (int fd : listeners) ready.push_back({fd, POLLIN, 0});
    int got = -2;
    for (int tries = 0; tries < 20 && got == -2; ++tries) {
        ::poll(ready.data(), ready.size(), 100);
        int failure = 0;
        socklen_t size = sizeof failure;
        ::getsockopt(client, SOL_SOCKET, SO_ERROR, &failure, &size);
        if (failure) got = -1;
        for (size_t i = 1; i < ready.size(); ++i) {
            if (ready[i].revents & POLLIN) {
                ::close(::accept(ready[i].fd, nullptr, nullptr));
                got = static_cast<int>(i) - 1;
            }
        }
    }
    ::close(client);
    return got;
}

// Sends a datagram from the client's socket and gives the index of the socket that got it; -1 when none did.
int send_from(int client, const char* ip, uint16_t port, const std::vector<int>& receivers) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, ip, &to.sin_addr);
    ::sendto(client, "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    std::vector<pollfd> ready;
    for (int fd : receivers) ready.push_back({fd, POLLIN, 0});
    ::poll(ready.data(), ready.size(), 500);
    for (size_t i = 0; i < ready.size(); ++i) {
        char byte;
        if (!(ready[i].revents & POLLIN)) continue;
        sockaddr_in from{};
        socklen_t size = sizeof from;
        if (::recvfrom(ready[i].fd, &byte, 1, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size) == 1) {
            ::sendto(ready[i].fd, "y", 1, 0, reinterpret_cast<sockaddr*>(&from), size);
            return static_cast<int>(i);
        }
    }
    return -1;
}

int datagrams_in(const Namespace& ns, uint16_t port) {
    int fd = -1;
    (void)sys::with_netns(ns.path(), [&]() -> Status {
        fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        return ::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) < 0 ? errno_status("bind", errno) : Status();
    });
    return fd;
}

}  // namespace

TEST_CASE("a thousand Services are one transaction, and one changed among them is cheap", "[root]") {
    if (::geteuid() != 0) return;
    Namespace host;
    std::unique_ptr<RuleSink> sink;
    auto service = [](int i, int endpoints) {
        std::vector<Endpoint> list;
        for (int e = 0; e < endpoints; ++e) list.push_back({"10.42.3." + std::to_string(e + 2), 8080});
        const auto ip = "10.43." + std::to_string(i / 250 + 1) + "." + std::to_string(i % 250 + 1);
        return std::vector<Frontend>{{ip, sys::kTcp, 80, Masquerade::FromOutside, 0, list}, {ip, sys::kUdp, 53, Masquerade::FromOutside, 0, list}};
    };
    Status written = sys::with_netns(host.path(), [&]() -> Status {
        sink = TRY(open_kernel_sink("skiff", "10.42.0.0/16"));
        for (int i = 0; i < 1000; ++i) sink->change("default/s" + std::to_string(i), service(i, 10));
        return sink->rebuild();
    });
    REQUIRE(written.message() == "");
    CHECK(sink->intact());
    const auto from = Clock::system().elapsed();
    for (int i = 0; i < 20; ++i) {
        sink->change("default/s" + std::to_string(i), service(i, 9));
        CHECK(sink->commit().message() == "");
    }
    const auto each = (Clock::system().elapsed() - from) / 20;
    WARN("a changed Service among 1000: " << std::chrono::duration_cast<std::chrono::microseconds>(each).count() << " us");
    CHECK(each < std::chrono::milliseconds(500));   // a bound that a busy machine keeps
    CHECK(sink->intact());
}

TEST_CASE("two Services that claim one address do no harm: the second has it when the first lets go", "[root]") {
    if (::geteuid() != 0) return;
    Namespace host;
    std::unique_ptr<RuleSink> sink;
    auto claim = [](const char* endpoint) { return std::vector<Frontend>{{"203.0.113.7", sys::kTcp, 80, Masquerade::Always, 0, {{endpoint, 8080}}}}; };
    auto endpoint_of = [&]() -> std::string {
        std::string found;
        (void)sys::with_netns(host.path(), [&]() -> Status {
            auto socket = TRY(sys::NetlinkSocket::open_netfilter());
            return sys::nft_elements(socket, sys::kFamilyInet, "skiff", "svc-endpoints", [&](std::string_view, std::string_view data) { found = std::to_string(static_cast<unsigned char>(data[3])); });
        });
        return found;
    };
    Status written = sys::with_netns(host.path(), [&]() -> Status {
        sink = TRY(open_kernel_sink("skiff", "10.42.0.0/16"));
        sink->change("default/first", claim("10.42.3.2"));
        sink->change("default/second", claim("10.42.3.3"));
        return sink->rebuild();
    });
    REQUIRE(written.message() == "");
    CHECK(endpoint_of() == "2");
    sink->change("default/first", claim("10.42.3.4"));
    CHECK(sink->commit().message() == "");
    CHECK(endpoint_of() == "4");
    sink->change("default/first", {});
    CHECK(sink->commit().message() == "");
    CHECK(endpoint_of() == "3");
    CHECK(sink->intact());
}

TEST_CASE("a UDP client of an endpoint that is gone reaches another one", "[root]") {
    if (::geteuid() != 0) return;
    Namespace host, first, second, asking;
    char folder[] = "/tmp/skiff-proxy-XXXXXX";
    REQUIRE(::mkdtemp(folder));
    std::unique_ptr<network::PodNetwork> net;
    std::unique_ptr<RuleSink> sink;
    Status prepared = sys::with_netns(host.path(), [&]() -> Status {
        auto links = TRY(sys::Links::open());
        TRY(links.set_up(TRY(links.get("lo")).index));
        net = TRY(network::PodNetwork::open({.state_dir = folder, .pod_cidr = "10.42.3.0/24", .cluster_cidr = "10.42.0.0/16", .node_ip = "192.0.2.1"}));
        TRY(net->attach({"uid-1", "default/a", first.path(), {}}));
        TRY(net->attach({"uid-2", "default/b", second.path(), {}}));
        TRY(net->attach({"uid-3", "default/c", asking.path(), {}}));
        sink = TRY(open_kernel_sink("skiff", "10.42.0.0/16"));
        sink->change("default/dns", {{"10.43.0.9", sys::kUdp, 53, Masquerade::FromOutside, 0, {{"10.42.3.2", 5353}}}});
        return sink->rebuild();
    });
    REQUIRE(prepared.message() == "");
    std::vector<int> receivers{datagrams_in(first, 5353), datagrams_in(second, 5353)};
    const int client = datagrams_in(asking, 40000);
    // A new interface may need a moment until it carries packets.
    int got = -1;
    for (int tries = 0; tries < 10 && got != 0; ++tries) got = send_from(client, "10.43.0.9", 53, receivers);
    CHECK(got == 0);
    sink->change("default/dns", {{"10.43.0.9", sys::kUdp, 53, Masquerade::FromOutside, 0, {{"10.42.3.3", 5353}}}});
    CHECK(sink->commit().message() == "");
    CHECK(send_from(client, "10.43.0.9", 53, receivers) == 1);
    for (int fd : receivers) ::close(fd);
    ::close(client);
    (void)sys::with_netns(host.path(), [&] { return net->destroy(); });
    CHECK(file::remove_tree(folder).ok());
}

TEST_CASE("packets to a Service reach its endpoints from host and pods, and nothing else", "[root]") {
    if (::geteuid() != 0) return;
    Namespace host, first, second;
    char folder[] = "/tmp/skiff-proxy-XXXXXX";
    REQUIRE(::mkdtemp(folder));
    std::unique_ptr<network::PodNetwork> net;
    std::unique_ptr<RuleSink> sink;
    Status prepared = sys::with_netns(host.path(), [&]() -> Status {
        auto links = TRY(sys::Links::open());
        TRY(links.set_up(TRY(links.get("lo")).index));
        // An uplink, so that the host has a default route as every machine has.
        TRY(links.add_bridge("uplink", 1500));
        auto uplink = TRY(links.get("uplink"));
        TRY(links.add_address(uplink.index, *sys::Cidr::parse("192.0.2.1/24")));
        TRY(links.set_up(uplink.index));
        TRY(links.replace_route({.gateway = *sys::IpAddress::parse("192.0.2.254"), .link = uplink.index}));
        net = TRY(network::PodNetwork::open({.state_dir = folder, .pod_cidr = "10.42.3.0/24", .cluster_cidr = "10.42.0.0/16", .node_ip = "192.0.2.1"}));
        TRY(net->attach({"uid-1", "default/a", first.path(), {{"TCP", 9090, 8080, ""}}}));
        TRY(net->attach({"uid-2", "default/b", second.path(), {}}));
        sink = TRY(open_kernel_sink("skiff", "10.42.0.0/16"));
        sink->change("default/web", {{"10.43.0.9", sys::kTcp, 80, Masquerade::FromOutside, 0, {{"10.42.3.2", 8080}, {"10.42.3.3", 8080}}},
                                     {"", sys::kTcp, 30080, Masquerade::Always, 0, {{"10.42.3.2", 8080}, {"10.42.3.3", 8080}}}});
        sink->change("default/one", {{"10.43.0.10", sys::kTcp, 80, Masquerade::FromOutside, 0, {{"10.42.3.2", 8080}}}});
        sink->change("default/sticky", {{"10.43.0.11", sys::kTcp, 80, Masquerade::FromOutside, 600, {{"10.42.3.2", 8080}, {"10.42.3.3", 8080}}}});
        sink->change("default/some", {{"10.43.0.13", sys::kTcp, 80, Masquerade::FromOutside, 0, {{"10.42.3.2", 8080}}, false, {"10.42.3.3/32", "198.51.100.0/24"}}});
        sink->change("default/none", {{"10.43.0.12", sys::kTcp, 80, Masquerade::FromOutside, 0, {}}});
        return sink->rebuild();
    });
    REQUIRE(prepared.message() == "");
    std::vector<int> listeners{listen_in(first, 8080), listen_in(second, 8080)};

    for (const auto* from : {&host, &first, &second}) {
        std::map<int, int> counts;
        for (int i = 0; i < 24; ++i) ++counts[connect_in(*from, "10.43.0.9", 80, listeners)];
        CHECK(counts[0] + counts[1] == 24);
        CHECK(counts[0] > 0);
        CHECK(counts[1] > 0);
        CHECK(connect_in(*from, "10.43.0.10", 80, listeners) == 0);
        CHECK(connect_in(*from, "192.0.2.1", 30080, listeners) >= 0);
        CHECK(connect_in(*from, "192.0.2.1", 9090, listeners) == 0);
        CHECK(connect_in(*from, "10.43.0.12", 80, listeners) == -1);
        int chosen = connect_in(*from, "10.43.0.11", 80, listeners);
        for (int i = 0; i < 8; ++i) CHECK(connect_in(*from, "10.43.0.11", 80, listeners) == chosen);
    }
    CHECK(connect_in(host, "127.0.0.1", 9090, listeners) == 0);
    // Only from its ranges.
    CHECK(connect_in(second, "10.43.0.13", 80, listeners) == 0);
    CHECK(connect_in(first, "10.43.0.13", 80, listeners) == -2);

    // The only endpoint moves: the next connection goes there, sticky clients of the old one too.
    sink->change("default/one", {{"10.43.0.10", sys::kTcp, 80, Masquerade::FromOutside, 0, {{"10.42.3.3", 8080}}}});
    sink->change("default/sticky", {{"10.43.0.11", sys::kTcp, 80, Masquerade::FromOutside, 600, {{"10.42.3.3", 8080}}}});
    CHECK(sink->commit().message() == "");
    CHECK(connect_in(first, "10.43.0.10", 80, listeners) == 1);
    CHECK(connect_in(first, "10.43.0.11", 80, listeners) == 1);
    CHECK(connect_in(second, "10.43.0.11", 80, listeners) == 1);
    sink->change("default/one", {});
    CHECK(sink->commit().message() == "");
    CHECK(sink->intact());

    (void)sys::with_netns(host.path(), [&] { return net->destroy(); });
    CHECK(sink->disturbed());
    CHECK(!sink->intact());
    CHECK(sink->rebuild().message() == "");
    CHECK(sink->intact());
    for (int fd : listeners) ::close(fd);
    CHECK(file::remove_tree(folder).ok());
}
