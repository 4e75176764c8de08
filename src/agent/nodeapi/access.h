// Who may call the node API, and for what: client certificates of the cluster's CA, or bearer tokens, both judged by the API server
// (TokenReview, SubjectAccessReview). Answers are cached for a while, so that a stream of scrapes costs the API server nothing.
//
// Blocking (a review is a request); any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client/client.h"
#include "net/http.h"

namespace skiff::agent::nodeapi {

struct Caller {
    std::string name, uid;
    std::vector<std::string> groups;
};

// What a path asks for, as RBAC names it: verb on nodes/<subresource>. Pure.
struct Asked {
    std::string verb, subresource;
};
Asked asked_for(const net::Request& request);

class Access {
public:
    Access(std::shared_ptr<client::Client> client, std::string node_name, Clock& clock) : client_(std::move(client)), node_name_(std::move(node_name)), clock_(clock) {}
    // Unauthorized, Forbidden, or ok.
    Status check(const net::Request& request);

private:
    Result<Caller> authenticate(const net::Request& request);
    Result<bool> allowed(const Caller& caller, const Asked& asked);
    template <typename T>
    struct Cached {
        T value;
        Duration until;
    };
    std::shared_ptr<client::Client> client_;
    const std::string node_name_;
    Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Cached<std::optional<Caller>>> tokens_;   // by the token's hash
    std::map<std::string, Cached<bool>> verdicts_;                  // by caller, verb and subresource
};

}  // namespace skiff::agent::nodeapi
