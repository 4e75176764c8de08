// Needs root: each case runs in a network namespace of its own, made on a thread of its own.
#include "agent/network/pod_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "agent/network/address_pool.h"
#include "agent/sys/links.h"
#include "agent/sys/netns.h"
#include "base/fd.h"
#include "base/file.h"

using namespace skiff;
using namespace skiff::agent;

namespace {

std::string temporary_folder() {
    char name[] = "/tmp/skiff-network-XXXXXX";
    return ::mkdtemp(name);
}

// A namespace held open by a file descriptor of this process.
struct Namespace {
    int fd = -1;
    Namespace() {
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) == 0) fd = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        }).join();
    }
    ~Namespace() {
        if (fd >= 0) ::close(fd);
    }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd); }
};

}  // namespace

TEST_CASE("a pool gives each pod one address and keeps it over a restart") {
    auto folder = temporary_folder();
    auto cidr = *sys::Cidr::parse("10.42.7.0/29");
    std::string first;
    {
        auto pool = network::AddressPool::open(folder, cidr);
        REQUIRE(pool.ok());
        first = pool->lease("a")->text();
        CHECK(first == "10.42.7.2");
        CHECK(pool->lease("a")->text() == first);
        CHECK(pool->lease("b")->text() == "10.42.7.3");
    }
    auto pool = network::AddressPool::open(folder, cidr);
    REQUIRE(pool.ok());
    CHECK(pool->lease("a")->text() == first);
    for (const char* uid : {"c", "d", "e"}) CHECK(pool->lease(uid).ok());
    auto full = pool->lease("f");
    REQUIRE(!full.ok());
    CHECK(full.status().message() == "no free address left in 10.42.7.0/29");
    CHECK(pool->release("b").ok());
    CHECK(pool->lease("f")->text() == "10.42.7.3");
    CHECK(file::remove_tree(folder).ok());
}

// Whether a packet of this namespace to a Service's address has a route.
static bool service_routed() {
    Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(53);
    ::inet_pton(AF_INET, "10.43.0.10", &to.sin_addr);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

TEST_CASE("a pod is attached, found again and detached", "[root]") {
    if (::geteuid() != 0) return;
    Namespace host, pod;
    if (host.fd < 0) return;
    auto folder = temporary_folder();
    Status outcome = sys::with_netns(host.path(), [&]() -> Status {
        network::PodNetwork::Options options{
            .state_dir = folder, .pod_cidr = "10.42.3.0/24", .cluster_cidr = "10.42.0.0/16", .service_cidr = "10.43.0.0/16", .node_ip = "192.0.2.1"};
        auto open = [&] { return network::PodNetwork::open(options); };
        CHECK_FALSE(service_routed());
        auto net = TRY(open());
        network::PodAttachment attachment{"uid-1", "default/web", pod.path(), {{"TCP", 8080, 80, ""}}};
        auto addresses = TRY(net->attach(attachment));
        CHECK(addresses == std::vector<std::string>{"10.42.3.2"});
        CHECK(TRY(net->attach(attachment)) == addresses);
        net = TRY(open());
        CHECK(TRY(net->attach(attachment)) == addresses);
        auto inside = TRY(sys::Links::open_in(pod.path()));
        auto eth = TRY(inside.get("eth0"));
        CHECK(eth.up);
        CHECK(TRY(inside.routes(AF_INET)).size() == 2);
        TRY(net->set_peers({{"other", "192.0.2.2", "10.42.4.0/24"}}));
        TRY(net->set_peers({}));
        TRY(net->detach("uid-1"));
        CHECK(!inside.get("eth0").ok());
        CHECK(service_routed());                 // this namespace has no default route
        TRY(net->destroy());
        CHECK_FALSE(service_routed());
        return {};
    });
    CHECK(outcome.message() == "");
    CHECK(file::remove_tree(folder).ok());
}

TEST_CASE("a node with another pod range leaves nothing of the old one behind", "[root]") {
    if (::geteuid() != 0) return;
    auto folder = temporary_folder();
    Namespace host, pod;
    auto open = [&](const char* range) { return network::PodNetwork::open({.state_dir = folder, .pod_cidr = range, .cluster_cidr = "10.42.0.0/16", .node_ip = "192.0.2.1"}); };
    Status done = sys::with_netns(host.path(), [&]() -> Status {
        {
            auto net = TRY(open("10.42.3.0/24"));
            TRY(net->attach({"uid-1", "default/a", pod.path(), {}}));
        }
        auto net = TRY(open("10.42.9.0/24"));
        TRY(net->keep_only({}));
        auto links = TRY(sys::Links::open());
        auto bridge = TRY(links.get("skiff0"));
        auto held = TRY(links.addresses(bridge.index));
        CHECK(held.size() >= 1);
        for (const auto& address : held)
            if (address.address.family == AF_INET) CHECK(address.text() == "10.42.9.1/24");
        for (const auto& link : TRY(links.list())) CHECK(link.master != bridge.index);
        return net->destroy();
    });
    CHECK(done.message() == "");
    CHECK(file::remove_tree(folder).ok());
}
