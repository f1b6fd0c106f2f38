// Asio is compiled once; its TLS here.
#include <boost/asio/ssl/impl/src.hpp>
