# CX as Code. The provider takes token and region from GENESYSCLOUD_ACCESS_TOKEN and
# GENESYSCLOUD_REGION: no credentials stand here, and none reach the state file.

terraform {
  required_version = ">= 1.5"
  required_providers {
    genesyscloud = {
      source  = "mypurecloud/genesyscloud"
      version = "~> 1.84"
    }
  }
}

provider "genesyscloud" {}

resource "genesyscloud_routing_skill" "billing" {
  name = "Billing"
}

resource "genesyscloud_routing_queue" "billing" {
  name        = "Billing"
  description = "Kept by Terraform"
}
