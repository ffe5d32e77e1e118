/// 128-bit approximations of the powers of five, for reading (`EiselLemire`) and printing (`ShortestFloat`) binary32.
///
/// The entry for 10^q holds the 128 most significant bits of 5^q, the highest bit set, as two words (high, low):
/// - q ≥ 0: the leading 128 bits, truncated (exact up to 5^55).
/// - −27 ≤ q < 0: ⌊2^b / 5^−q⌋ + 1 with b = z + 127, where z is the bit length of 5^−q.
/// - q < −27: the leading 128 bits, truncated, of ⌊2^b / 5^−q⌋ + 1 with b = 2z + 128.
///
/// Source: D. Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8), 2021, §6.
/// A test recomputes every word with big integers.
enum PowersOfFive {
    /// The smallest exponent in the table: for a significand below 2^64, 10^q with q < −64 rounds to zero.
    static let smallestExponent = -64

    /// The largest exponent in the table. Reading needs 38 (10^39 is beyond binary32), shortest printing 45.
    static let largestExponent = 45

    /// High word, low word for each q from `smallestExponent` to `largestExponent`.
    static let words: [UInt64] = [
        0xa87f_ea27_a539_e9a5, 0x3f23_98d7_47b3_6224,  // −64
        0xd29f_e4b1_8e88_640e, 0x8eec_7f0d_19a0_3aad,  // −63
        0x83a3_eeee_f915_3e89, 0x1953_cf68_3004_24ac,  // −62
        0xa48c_eaaa_b75a_8e2b, 0x5fa8_c342_3c05_2dd7,  // −61
        0xcdb0_2555_6531_31b6, 0x3792_f412_cb06_794d,  // −60
        0x808e_1755_5f3e_bf11, 0xe2bb_d88b_bee4_0bd0,  // −59
        0xa0b1_9d2a_b70e_6ed6, 0x5b6a_ceae_ae9d_0ec4,  // −58
        0xc8de_0475_64d2_0a8b, 0xf245_825a_5a44_5275,  // −57
        0xfb15_8592_be06_8d2e, 0xeed6_e2f0_f0d5_6712,  // −56
        0x9ced_737b_b6c4_183d, 0x5546_4dd6_9685_606b,  // −55
        0xc428_d05a_a475_1e4c, 0xaa97_e14c_3c26_b886,  // −54
        0xf533_0471_4d92_65df, 0xd53d_d99f_4b30_66a8,  // −53
        0x993f_e2c6_d07b_7fab, 0xe546_a803_8efe_4029,  // −52
        0xbf8f_db78_849a_5f96, 0xde98_5204_72bd_d033,  // −51
        0xef73_d256_a5c0_f77c, 0x963e_6685_8f6d_4440,  // −50
        0x95a8_6376_2798_9aad, 0xdde7_0013_79a4_4aa8,  // −49
        0xbb12_7c53_b17e_c159, 0x5560_c018_580d_5d52,  // −48
        0xe9d7_1b68_9dde_71af, 0xaab8_f01e_6e10_b4a6,  // −47
        0x9226_7121_62ab_070d, 0xcab3_9613_04ca_70e8,  // −46
        0xb6b0_0d69_bb55_c8d1, 0x3d60_7b97_c5fd_0d22,  // −45
        0xe45c_10c4_2a2b_3b05, 0x8cb8_9a7d_b77c_506a,  // −44
        0x8eb9_8a7a_9a5b_04e3, 0x77f3_608e_92ad_b242,  // −43
        0xb267_ed19_40f1_c61c, 0x55f0_38b2_3759_1ed3,  // −42
        0xdf01_e85f_912e_37a3, 0x6b6c_46de_c52f_6688,  // −41
        0x8b61_313b_babc_e2c6, 0x2323_ac4b_3b3d_a015,  // −40
        0xae39_7d8a_a96c_1b77, 0xabec_975e_0a0d_081a,  // −39
        0xd9c7_dced_53c7_2255, 0x96e7_bd35_8c90_4a21,  // −38
        0x881c_ea14_545c_7575, 0x7e50_d641_77da_2e54,  // −37
        0xaa24_2499_6973_92d2, 0xdde5_0bd1_d5d0_b9e9,  // −36
        0xd4ad_2dbf_c3d0_7787, 0x955e_4ec6_4b44_e864,  // −35
        0x84ec_3c97_da62_4ab4, 0xbd5a_f13b_ef0b_113e,  // −34
        0xa627_4bbd_d0fa_dd61, 0xecb1_ad8a_eacd_d58e,  // −33
        0xcfb1_1ead_4539_94ba, 0x67de_18ed_a581_4af2,  // −32
        0x81ce_b32c_4b43_fcf4, 0x80ea_cf94_8770_ced7,  // −31
        0xa242_5ff7_5e14_fc31, 0xa125_8379_a94d_028d,  // −30
        0xcad2_f7f5_359a_3b3e, 0x096e_e458_13a0_4330,  // −29
        0xfd87_b5f2_8300_ca0d, 0x8bca_9d6e_1888_53fc,  // −28
        0x9e74_d1b7_91e0_7e48, 0x775e_a264_cf55_347e,  // −27
        0xc612_0625_7658_9dda, 0x9536_4afe_032a_819e,  // −26
        0xf796_87ae_d3ee_c551, 0x3a83_ddbd_83f5_2205,  // −25
        0x9abe_14cd_4475_3b52, 0xc492_6a96_7279_3543,  // −24
        0xc16d_9a00_9592_8a27, 0x75b7_053c_0f17_8294,  // −23
        0xf1c9_0080_baf7_2cb1, 0x5324_c68b_12dd_6339,  // −22
        0x971d_a050_74da_7bee, 0xd3f6_fc16_ebca_5e04,  // −21
        0xbce5_0864_9211_1aea, 0x88f4_bb1c_a6bc_f585,  // −20
        0xec1e_4a7d_b695_61a5, 0x2b31_e9e3_d06c_32e6,  // −19
        0x9392_ee8e_921d_5d07, 0x3aff_322e_6243_9fd0,  // −18
        0xb877_aa32_36a4_b449, 0x09be_feb9_fad4_87c3,  // −17
        0xe695_94be_c44d_e15b, 0x4c2e_be68_7989_a9b4,  // −16
        0x901d_7cf7_3ab0_acd9, 0x0f9d_3701_4bf6_0a11,  // −15
        0xb424_dc35_095c_d80f, 0x5384_84c1_9ef3_8c95,  // −14
        0xe12e_1342_4bb4_0e13, 0x2865_a5f2_06b0_6fba,  // −13
        0x8cbc_cc09_6f50_88cb, 0xf93f_87b7_442e_45d4,  // −12
        0xafeb_ff0b_cb24_aafe, 0xf78f_69a5_1539_d749,  // −11
        0xdbe6_fece_bded_d5be, 0xb573_440e_5a88_4d1c,  // −10
        0x8970_5f41_36b4_a597, 0x3168_0a88_f895_3031,  // −9
        0xabcc_7711_8461_cefc, 0xfdc2_0d2b_36ba_7c3e,  // −8
        0xd6bf_94d5_e57a_42bc, 0x3d32_9076_0469_1b4d,  // −7
        0x8637_bd05_af6c_69b5, 0xa63f_9a49_c2c1_b110,  // −6
        0xa7c5_ac47_1b47_8423, 0x0fcf_80dc_3372_1d54,  // −5
        0xd1b7_1758_e219_652b, 0xd3c3_6113_404e_a4a9,  // −4
        0x8312_6e97_8d4f_df3b, 0x645a_1cac_0831_26ea,  // −3
        0xa3d7_0a3d_70a3_d70a, 0x3d70_a3d7_0a3d_70a4,  // −2
        0xcccc_cccc_cccc_cccc, 0xcccc_cccc_cccc_cccd,  // −1
        0x8000_0000_0000_0000, 0x0000_0000_0000_0000,  // 0
        0xa000_0000_0000_0000, 0x0000_0000_0000_0000,  // 1
        0xc800_0000_0000_0000, 0x0000_0000_0000_0000,  // 2
        0xfa00_0000_0000_0000, 0x0000_0000_0000_0000,  // 3
        0x9c40_0000_0000_0000, 0x0000_0000_0000_0000,  // 4
        0xc350_0000_0000_0000, 0x0000_0000_0000_0000,  // 5
        0xf424_0000_0000_0000, 0x0000_0000_0000_0000,  // 6
        0x9896_8000_0000_0000, 0x0000_0000_0000_0000,  // 7
        0xbebc_2000_0000_0000, 0x0000_0000_0000_0000,  // 8
        0xee6b_2800_0000_0000, 0x0000_0000_0000_0000,  // 9
        0x9502_f900_0000_0000, 0x0000_0000_0000_0000,  // 10
        0xba43_b740_0000_0000, 0x0000_0000_0000_0000,  // 11
        0xe8d4_a510_0000_0000, 0x0000_0000_0000_0000,  // 12
        0x9184_e72a_0000_0000, 0x0000_0000_0000_0000,  // 13
        0xb5e6_20f4_8000_0000, 0x0000_0000_0000_0000,  // 14
        0xe35f_a931_a000_0000, 0x0000_0000_0000_0000,  // 15
        0x8e1b_c9bf_0400_0000, 0x0000_0000_0000_0000,  // 16
        0xb1a2_bc2e_c500_0000, 0x0000_0000_0000_0000,  // 17
        0xde0b_6b3a_7640_0000, 0x0000_0000_0000_0000,  // 18
        0x8ac7_2304_89e8_0000, 0x0000_0000_0000_0000,  // 19
        0xad78_ebc5_ac62_0000, 0x0000_0000_0000_0000,  // 20
        0xd8d7_26b7_177a_8000, 0x0000_0000_0000_0000,  // 21
        0x8786_7832_6eac_9000, 0x0000_0000_0000_0000,  // 22
        0xa968_163f_0a57_b400, 0x0000_0000_0000_0000,  // 23
        0xd3c2_1bce_cced_a100, 0x0000_0000_0000_0000,  // 24
        0x8459_5161_4014_84a0, 0x0000_0000_0000_0000,  // 25
        0xa56f_a5b9_9019_a5c8, 0x0000_0000_0000_0000,  // 26
        0xcecb_8f27_f420_0f3a, 0x0000_0000_0000_0000,  // 27
        0x813f_3978_f894_0984, 0x4000_0000_0000_0000,  // 28
        0xa18f_07d7_36b9_0be5, 0x5000_0000_0000_0000,  // 29
        0xc9f2_c9cd_0467_4ede, 0xa400_0000_0000_0000,  // 30
        0xfc6f_7c40_4581_2296, 0x4d00_0000_0000_0000,  // 31
        0x9dc5_ada8_2b70_b59d, 0xf020_0000_0000_0000,  // 32
        0xc537_1912_364c_e305, 0x6c28_0000_0000_0000,  // 33
        0xf684_df56_c3e0_1bc6, 0xc732_0000_0000_0000,  // 34
        0x9a13_0b96_3a6c_115c, 0x3c7f_4000_0000_0000,  // 35
        0xc097_ce7b_c907_15b3, 0x4b9f_1000_0000_0000,  // 36
        0xf0bd_c21a_bb48_db20, 0x1e86_d400_0000_0000,  // 37
        0x9676_9950_b50d_88f4, 0x1314_4480_0000_0000,  // 38
        0xbc14_3fa4_e250_eb31, 0x17d9_55a0_0000_0000,  // 39
        0xeb19_4f8e_1ae5_25fd, 0x5dcf_ab08_0000_0000,  // 40
        0x92ef_d1b8_d0cf_37be, 0x5aa1_cae5_0000_0000,  // 41
        0xb7ab_c627_0503_05ad, 0xf14a_3d9e_4000_0000,  // 42
        0xe596_b7b0_c643_c719, 0x6d9c_cd05_d000_0000,  // 43
        0x8f7e_32ce_7bea_5c6f, 0xe482_0023_a200_0000,  // 44
        0xb35d_bf82_1ae4_f38b, 0xdda2_802c_8a80_0000,  // 45
    ]
}
