#include "pki/openssl_handles.h"

#include <openssl/err.h>

namespace skiff::pki {

BioPtr reader(std::string_view bytes) { return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::string drain(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Status openssl_error(std::string_view what) {
    const unsigned long code = ERR_peek_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    Status out = error(Reason::Invalid, "{}: {}", what, reason ? reason : "unknown error");
    ERR_clear_error();
    return out;
}

}  // namespace skiff::pki
