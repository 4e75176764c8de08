// Signals of a long-running verb: SIGTERM and SIGINT end it, taken by one wait on the main thread. Block before any thread starts.
#pragma once

namespace skiff::cli {

void block_signals();
// Returns when SIGTERM or SIGINT came.
void wait_for_end();
// Tells systemd (sd_notify(3)) through $NOTIFY_SOCKET; nothing happens without one.
void notify_service_manager(const char* state);

}  // namespace skiff::cli
