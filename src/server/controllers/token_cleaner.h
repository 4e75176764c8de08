// Removes what has expired: bootstrap token Secrets, and CertificateSigningRequests that nobody will look at any more.
#pragma once

#include <memory>

#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_token_cleaner();
std::unique_ptr<reconcile::Controller> make_csr_cleaner();

}  // namespace skiff::controllers
