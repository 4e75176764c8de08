// The service of an installation: stop it, and forget it. Runs systemctl or rc-service, or ends the supervisor that install.sh wrote.
#pragma once

#include "base/status.h"
#include "cli/installation.h"

namespace skiff::cli {

// Returns once the main process has ended; pods go on.
Status stop_service(const Installation& installation);
// Not started at boot any more.
Status disable_service(const Installation& installation);
// Tells the service manager that the files of the service are gone.
void forget_service(const Installation& installation);
// The machine is being shut down or rebooted (as far as its service manager says so).
bool machine_is_stopping();

}  // namespace skiff::cli
