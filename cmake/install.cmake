# `cmake --install build/release` and the Debian package (./dev package).
include(GNUInstallDirs)

if(NOT TARGET coney)
  return()
endif()

install(TARGETS coney RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET coney-bench)
  install(TARGETS coney-bench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET coneyctl)
  install(TARGETS coneyctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # RabbitMQ's own are in sbin, which comes first.
  foreach(name ${coneyctl_names})
    install(FILES ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
  endforeach()
  install(FILES packaging/coneyctl.bash
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions RENAME coneyctl)
endif()
install(FILES packaging/coney.conf DESTINATION /etc/coney)
install(FILES packaging/coney.logrotate DESTINATION /etc/logrotate.d RENAME coney)
install(FILES packaging/coney.service DESTINATION /lib/systemd/system)
install(FILES docs/coneyctl.md docs/configuration.md docs/consumer-timeout.md docs/exchanges.md
        docs/http-api.md README.md CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/coney)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/coney RENAME copyright)

find_program(GZIP gzip REQUIRED)
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/coney.1.gz
  COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/packaging/coney.1 > ${PROJECT_BINARY_DIR}/coney.1.gz
  DEPENDS ${PROJECT_SOURCE_DIR}/packaging/coney.1
  VERBATIM)
add_custom_target(manual DEPENDS ${PROJECT_BINARY_DIR}/coney.1.gz)
add_dependencies(coney manual)
install(FILES ${PROJECT_BINARY_DIR}/coney.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# The package takes what is built; building all, tests included, is not its business.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME coney)
set(CPACK_PACKAGE_VENDOR "The Coney authors")
set(CPACK_PACKAGE_CONTACT "Coney maintainers <maintainers@coney.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${PROJECT_BINARY_DIR}/debian/conffiles "/etc/coney/coney.conf\n/etc/logrotate.d/coney\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/postinst
  ${PROJECT_SOURCE_DIR}/packaging/prerm
  ${PROJECT_SOURCE_DIR}/packaging/postrm
  ${PROJECT_BINARY_DIR}/debian/conffiles)
include(CPack)
