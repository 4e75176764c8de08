// Tokens that another service knows: a TokenReview is posted to it and its answer kept for a while (kube-apiserver's
// --authentication-token-webhook-config-file). Kept are hashes of tokens, never tokens. Any thread; see waiting.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/io_threads.h"
#include "server/apiserver/authn/authenticator.h"

namespace skiff::apiserver {

struct TokenWebhookOptions {
    std::string kubeconfig;                     // path of a file that names the service and our credentials
    std::string version = "v1beta1";            // of the TokenReview that is sent; v1 or v1beta1
    Duration kept_for = std::chrono::minutes(2);
    std::vector<std::string> audiences;         // of this API
};

// io and clock must outlive it. Invalid: the file is no kubeconfig.
Result<std::shared_ptr<Authenticator>> make_token_webhook(const TokenWebhookOptions& options, net::IoThreads& io, Clock& clock);

}  // namespace skiff::apiserver
