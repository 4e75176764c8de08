// What is said of a webhook's answer that is not 2xx, as client-go words it: what the code means, or (conversions, reads_status) the message
// of a Status. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace skiff::apiserver {

std::string webhook_refusal(int code, std::string_view content_type, std::string_view body, bool reads_status);

}  // namespace skiff::apiserver
