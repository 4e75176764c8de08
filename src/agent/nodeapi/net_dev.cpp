#include "agent/nodeapi/net_dev.h"

#include "base/file.h"
#include "base/strings.h"

namespace skiff::agent::nodeapi {

std::vector<InterfaceUsage> parse_net_dev(std::string_view text) {
    std::vector<InterfaceUsage> list;
    for (const auto line : split_views(text, '\n')) {
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;   // the two lines of headings
        InterfaceUsage usage{std::string(trim(line.substr(0, colon)))};
        if (usage.name == "lo" || usage.name.rfind("veth", 0) == 0) continue;
        // Received: bytes packets errs drop fifo frame compressed multicast; then the same for sent.
        std::vector<int64_t> numbers;
        for (const auto word : split_views(line.substr(colon + 1), ' '))
            if (auto number = parse_int(word)) numbers.push_back(*number);
        if (numbers.size() < 12) continue;
        usage.rx_bytes = numbers[0], usage.rx_packets = numbers[1], usage.rx_errors = numbers[2], usage.rx_dropped = numbers[3];
        usage.tx_bytes = numbers[8], usage.tx_packets = numbers[9], usage.tx_errors = numbers[10], usage.tx_dropped = numbers[11];
        list.push_back(std::move(usage));
    }
    return list;
}

std::vector<InterfaceUsage> read_net_dev(int pid) {
    if (pid <= 0) return {};
    return parse_net_dev(file::read("/proc/" + std::to_string(pid) + "/net/dev", 1 << 20).value_or(""));
}

}  // namespace skiff::agent::nodeapi
