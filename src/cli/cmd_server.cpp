#include <unistd.h>

#include <cerrno>

#include "base/log.h"
#include "base/open_files.h"
#include "cli/command.h"
#include "cli/node_setup.h"
#include "cli/process_signals.h"
#include "cli/server_flags.h"
#include "cli/terminal.h"
#include "server/server.h"

namespace skiff::cli {

namespace {

constexpr size_t kIoThreads = 1;

// The agent of this process: certificates as any node has them, but the API without a detour over the network.
Result<std::unique_ptr<agent::Agent>> start_agent(server::Server& server, agent::AgentOptions options, net::IoThreads& io, Clock& clock) {
    auto requests = TRY(agent::make_node_requests(options.node_name, options.node_ips));
    auto answer = TRY(server::sign_node(server.join_facts(), options.node_name, options.node_ips, requests.client_csr_pem, requests.serving_csr_pem));
    auto credentials = TRY(agent::complete(requests, answer));
    auto client = server.node_client(options.node_name);
    auto agent = TRY(agent::Agent::create(std::move(options), std::move(credentials), std::move(client), io, clock));
    TRY(agent->start());
    return agent;
}

Status run_server(server::ServerOptions options, const NodeFlags& node) {
    if (::geteuid() != 0 && !node.disable_agent)
        return error(Reason::Forbidden, "a node needs root; run as root, or use --disable-agent for the control plane alone");
    auto agent_settings = TRY(agent_options(node, options.data_dir, options.disable));
    if (agent_settings.node_ips.empty()) {
        auto ip = agent::default_node_ip();
        agent_settings.node_ips = {ip.empty() ? "127.0.0.1" : ip};
    }
    options.node_name = agent_settings.node_name;
    options.node_ip = agent_settings.node_ips.front();
    options.kubelet_port = node.kubelet_port;
    raise_open_files();
    net::IoThreads io(kIoThreads);
    Clock& clock = Clock::system();
    auto server = TRY(server::Server::start(options, io, clock));
    std::unique_ptr<agent::Agent> agent;
    if (!node.disable_agent) agent = TRY(start_agent(*server, std::move(agent_settings), io, clock).context("agent"));
    notify_service_manager("READY=1\n");
    wait_for_end();
    notify_service_manager("STOPPING=1\n");
    log::info("server", "stopping; pods keep running");
    agent.reset();   // before the server: it holds watches of the server's cache
    server->stop();
    server.reset();
    io.stop();
    return {};
}

}  // namespace

int cmd_server(const std::vector<std::string>& args) {
    server::ServerOptions options;
    NodeFlags node;
    FlagSet flags("server");
    add_server_flags(flags, options, node);
    if (wants_help(args)) {
        print(std::string(help_text("server")) + "\n" + flags.help());
        return 0;
    }
    if (auto loaded = load_flags(flags, node, args); !loaded.ok()) return fail("server", loaded);
    block_signals();
    auto ended = run_server(std::move(options), node);
    return ended.ok() ? 0 : fail("server", ended);
}

}  // namespace skiff::cli
