#include "api/line_diff.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "base/text_map.h"

namespace skiff::api {

namespace {

constexpr size_t kContext = 3;

using Lines = std::vector<std::string_view>;

struct Block {
    size_t a, b, size;
};

struct Edit {
    size_t a1, a2, b1, b2;
    bool same;
};

class Matcher {
public:
    Matcher(const Lines& a, const Lines& b) : a_(a), b_(b) {
        for (size_t j = 0; j < b.size(); ++j) places_[b[j]].push_back(j);
        // In a long text a block does not begin with a line that it has everywhere.
        constexpr size_t kLong = 200, kPart = 100;
        if (b.size() >= kLong) std::erase_if(places_, [&](const auto& entry) { return entry.second.size() > b.size() / kPart + 1; });
        match(0, a.size(), 0, b.size());
        std::sort(blocks_.begin(), blocks_.end(), [](const Block& x, const Block& y) { return x.a < y.a; });
        blocks_.push_back({a.size(), b.size(), 0});
    }

    std::vector<Edit> edits() const {
        std::vector<Edit> out;
        size_t a = 0, b = 0;
        for (const Block& block : blocks_) {
            if (a < block.a || b < block.b) out.push_back({a, block.a, b, block.b, false});
            a = block.a + block.size;
            b = block.b + block.size;
            if (block.size == 0) continue;
            bool joins = !out.empty() && out.back().same && out.back().a2 == block.a && out.back().b2 == block.b;
            if (joins) out.back().a2 = a, out.back().b2 = b;
            else out.push_back({block.a, a, block.b, b, true});
        }
        return out;
    }

private:
    // The longest block, of several the first in a, then in b.
    Block longest(size_t a1, size_t a2, size_t b1, size_t b2) const {
        Block best{a1, b1, 0};
        std::unordered_map<size_t, size_t> ending, next;   // by the last line in b: length of the block that ends there
        for (size_t i = a1; i < a2; ++i, ending.swap(next)) {
            next.clear();
            auto found = places_.find(a_[i]);
            if (found == places_.end()) continue;
            for (size_t j : found->second) {
                if (j < b1) continue;
                if (j >= b2) break;
                size_t size = 1;
                if (j > 0)
                    if (auto before = ending.find(j - 1); before != ending.end()) size = before->second + 1;
                next[j] = size;
                if (size > best.size) best = {i + 1 - size, j + 1 - size, size};
            }
        }
        while (best.a > a1 && best.b > b1 && a_[best.a - 1] == b_[best.b - 1]) --best.a, --best.b, ++best.size;
        while (best.a + best.size < a2 && best.b + best.size < b2 && a_[best.a + best.size] == b_[best.b + best.size]) ++best.size;
        return best;
    }

    void match(size_t a1, size_t a2, size_t b1, size_t b2) {
        std::vector<Block> open{{a1, b1, 0}};
        std::vector<std::pair<size_t, size_t>> ends{{a2, b2}};
        while (!open.empty()) {
            Block from = open.back();
            auto [a_end, b_end] = ends.back();
            open.pop_back();
            ends.pop_back();
            Block best = longest(from.a, a_end, from.b, b_end);
            if (best.size == 0) continue;
            blocks_.push_back(best);
            if (from.a < best.a && from.b < best.b) open.push_back({from.a, from.b, 0}), ends.push_back({best.a, best.b});
            if (best.a + best.size < a_end && best.b + best.size < b_end) open.push_back({best.a + best.size, best.b + best.size, 0}), ends.push_back({a_end, b_end});
        }
    }

    const Lines &a_, &b_;
    TextViewMap<std::vector<size_t>> places_;
    std::vector<Block> blocks_;
};

// Changes that stand near each other share a hunk.
std::vector<std::vector<Edit>> hunks_of(std::vector<Edit> edits) {
    std::vector<std::vector<Edit>> hunks;
    if (edits.empty() || (edits.size() == 1 && edits[0].same)) return hunks;
    auto keep_end = [](Edit& e) { e.a1 = std::max(e.a1, e.a2 - std::min(e.a2, kContext)), e.b1 = std::max(e.b1, e.b2 - std::min(e.b2, kContext)); };
    auto keep_start = [](Edit& e) { e.a2 = std::min(e.a2, e.a1 + kContext), e.b2 = std::min(e.b2, e.b1 + kContext); };
    if (edits.front().same) keep_end(edits.front());
    if (edits.back().same) keep_start(edits.back());
    std::vector<Edit> hunk;
    for (const Edit& edit : edits) {
        if (edit.same && edit.a2 - edit.a1 > 2 * kContext) {
            Edit head = edit, tail = edit;
            keep_start(head);
            keep_end(tail);
            hunk.push_back(head);
            hunks.push_back(std::move(hunk));
            hunk = {tail};
            continue;
        }
        hunk.push_back(edit);
    }
    if (!hunk.empty() && !(hunk.size() == 1 && hunk[0].same)) hunks.push_back(std::move(hunk));
    return hunks;
}

std::string range_text(size_t from, size_t to) {
    size_t length = to - from, start = from + 1;
    if (length == 1) return std::to_string(start);
    if (length == 0) --start;
    return fmt::format("{},{}", start, length);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
    Lines a = split_views(before, '\n'), b = split_views(after, '\n');
    if (a.size() > kDiffLinesMax || b.size() > kDiffLinesMax) return {};
    std::string out;
    auto lines = [&](const Lines& from, size_t first, size_t last, char mark) {
        for (size_t i = first; i < last; ++i) out.append(1, mark).append(from[i]).append("\n");
    };
    for (const auto& hunk : hunks_of(Matcher(a, b).edits())) {
        out += fmt::format("@@ -{} +{} @@\n", range_text(hunk.front().a1, hunk.back().a2), range_text(hunk.front().b1, hunk.back().b2));
        for (const Edit& edit : hunk) {
            if (edit.same) {
                lines(a, edit.a1, edit.a2, ' ');
                continue;
            }
            lines(a, edit.a1, edit.a2, '-');
            lines(b, edit.b1, edit.b2, '+');
        }
    }
    return out;
}

}  // namespace skiff::api
