// HealthPorts: what load balancers ask. A Service with a healthCheckNodePort answers there 200 while it has ready endpoints on this node, 503
// else (KEP-27, externalTrafficPolicy Local); /healthz and /livez on 10256 tell whether rules are written in time and the node stays; on
// loopback 10249 /proxyMode. As kube-proxy has them (pkg/proxy/healthcheck). A port that is taken is said once and left.
// Methods: one thread at a time. Answers come from io threads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "net/http_server.h"

namespace skiff::agent::proxy {

class HealthPorts {
public:
    // address: where Services are answered and 10256 listens.
    explicit HealthPorts(net::IoThreads& io, std::string address = "0.0.0.0");
    ~HealthPorts();
    void open();                                          // the two of the node
    void set_service(const std::string& service, uint16_t port, size_t endpoints);   // port 0: none
    void set_pending(bool pending);                       // changes wait to be written
    void set_eligible(bool eligible);                     // the node exists and no autoscaler is about to delete it

private:
    struct Facts;
    struct Port;
    std::unique_ptr<net::HttpServer> listen(const std::string& address, uint16_t port, net::HttpServer::Handler handler);
    net::IoThreads& io_;
    const std::string address_;
    std::shared_ptr<Facts> facts_;
    std::map<std::string, std::unique_ptr<Port>> services_;
    std::unique_ptr<net::HttpServer> health_, mode_;
};

}  // namespace skiff::agent::proxy
