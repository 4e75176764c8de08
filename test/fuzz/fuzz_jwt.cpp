// Tokens: nothing that was not signed by us may verify.
#include <cstdint>
#include <string>

#include "pki/join_token.h"
#include "pki/jwt.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    (void)pki::unverified_claims(text);
    (void)pki::parse_join_token(text);
    return 0;
}
