// The interface, class and property identifiers of the protocols that the lab CA serves.
// Source: [MS-DCOM] 1.9, [MS-WCCE] 1.9, [MS-RPCE] 2.2.4.12 and 3.3.1.5.3, [MS-ICPR] 3.2.4.1,
// [C706] appendix O.
#pragma once

#include "tests/lab/ca/pdu.h"

namespace ae::labca {

inline const Guid kIidObjectExporter = Guid::parse("99fcfec4-5260-101b-bbcb-00aa0021347a");
inline const Guid kIidActivation = Guid::parse("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57");
inline const Guid kIidScmActivator = Guid::parse("000001a0-0000-0000-c000-000000000046");
inline const Guid kIidUnknown = Guid::parse("00000000-0000-0000-c000-000000000046");
inline const Guid kIidRemUnknown = Guid::parse("00000131-0000-0000-c000-000000000046");
inline const Guid kIidRemUnknown2 = Guid::parse("00000143-0000-0000-c000-000000000046");
inline const Guid kIidActivationPropertiesIn = Guid::parse("000001a2-0000-0000-c000-000000000046");
inline const Guid kIidActivationPropertiesOut = Guid::parse("000001a3-0000-0000-c000-000000000046");
inline const Guid kClsidActivationPropertiesIn =
    Guid::parse("00000338-0000-0000-c000-000000000046");
inline const Guid kClsidActivationPropertiesOut =  // also the class of PropsOutInfo
    Guid::parse("00000339-0000-0000-c000-000000000046");
inline const Guid kClsidInstantiationInfo = Guid::parse("000001ab-0000-0000-c000-000000000046");
inline const Guid kClsidScmRequestInfo = Guid::parse("000001aa-0000-0000-c000-000000000046");
inline const Guid kClsidScmReplyInfo = Guid::parse("000001b6-0000-0000-c000-000000000046");
inline const Guid kClsidCertRequest = Guid::parse("d99e6e74-fc88-11d0-b498-00a0c90312f3");
inline const Guid kIidCertRequestD = Guid::parse("d99e6e70-fc88-11d0-b498-00a0c90312f3");
inline const Guid kIidCertRequestD2 = Guid::parse("5422fd3a-d4b8-4cef-a12e-e87d4ca22e90");
inline const Guid kIidEndpointMapper = Guid::parse("e1af8308-5d1f-11c9-91a4-08002b14a0fa");
inline const Guid kIidCertPassage = Guid::parse("91ae6020-9e3c-11cf-8d7c-00aa00c091be");
inline const Syntax kNdr32{Guid::parse("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2};
// Bind time feature negotiation: the first 8 wire bytes; the following 8 are the feature mask.
inline const Guid kBindTimeFeatures = Guid::parse("6cb71c2c-9812-4540-0000-000000000000");

}  // namespace ae::labca
